package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the reads of IAM show. While {@link Timing#IAM_READ_AFTER_WRITE} lasts after a write, every
 * second read, the first included, shows what was written as it was before.
 */
final class IamReads {
  /** An entity before a write; empty if there was none. */
  private record Before<T>(Instant until, Optional<T> entity) {}

  private final World world;
  private final Map<String, Before<Role>> roles = new HashMap<>();
  private final Map<String, Before<ProfileView>> profiles = new HashMap<>();
  private boolean current;

  IamReads(World world) {
    this.world = world;
  }

  /** A role is about to be made or deleted. */
  void roleChanges(String name) {
    if (world.timing(Timing.IAM_READ_AFTER_WRITE).isZero()) {
      return;
    }
    remember(roles, name, Optional.of(name).filter(world::hasRole).map(world::role));
  }

  /** A profile is about to be made, changed or deleted. */
  void profileChanges(String name) {
    if (world.timing(Timing.IAM_READ_AFTER_WRITE).isZero()) {
      return;
    }
    remember(profiles, name, Optional.ofNullable(now().get(key(name))));
  }

  private <T> void remember(Map<String, Before<T>> kind, String name, Optional<T> entity) {
    Instant until = world.now().plus(world.timing(Timing.IAM_READ_AFTER_WRITE));
    kind.put(key(name), new Before<>(until, entity));
    current = false;
  }

  Role role(String name) {
    if (roles.isEmpty()) {
      return world.role(name);
    }
    Role shown = shownRoles().get(key(name));
    if (shown == null) {
      throw World.missingRole(name);
    }
    return shown;
  }

  List<Role> roles() {
    return List.copyOf(shownRoles().values());
  }

  ProfileView profile(String name) {
    if (profiles.isEmpty()) {
      return ProfileView.of(world.profile(name));
    }
    ProfileView shown = shownProfiles().get(key(name));
    if (shown == null) {
      throw World.missingProfile(name);
    }
    return shown;
  }

  List<ProfileView> profiles() {
    return List.copyOf(shownProfiles().values());
  }

  private Map<String, Role> shownRoles() {
    var shown = new LinkedHashMap<String, Role>();
    world.roles().forEach(role -> shown.put(key(role.name), role));
    return asShown(shown, roles);
  }

  private Map<String, ProfileView> shownProfiles() {
    return asShown(now(), profiles);
  }

  private Map<String, ProfileView> now() {
    var shown = new LinkedHashMap<String, ProfileView>();
    world.profiles().forEach(profile -> shown.put(key(profile.name), ProfileView.of(profile)));
    return shown;
  }

  private <T> Map<String, T> asShown(Map<String, T> now, Map<String, Before<T>> before) {
    before.values().removeIf(each -> !world.now().isBefore(each.until()));
    if (before.isEmpty()) {
      return now;
    }
    boolean stale = !current;
    current = stale;
    if (stale) {
      before.forEach(
          (name, each) ->
              each.entity().ifPresentOrElse(old -> now.put(name, old), () -> now.remove(name)));
    }
    return now;
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
