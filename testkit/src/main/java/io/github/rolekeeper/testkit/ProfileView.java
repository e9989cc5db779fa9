package io.github.rolekeeper.testkit;

import org.jspecify.annotations.Nullable;

/** An instance profile as a read shows it, with the role that it holds in that view. */
record ProfileView(InstanceProfile profile, @Nullable Role role) {
  static ProfileView of(InstanceProfile profile) {
    return new ProfileView(profile, profile.role);
  }
}
