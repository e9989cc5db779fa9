package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Locale;

/**
 * The association of an instance with an instance profile: by id; the ARN is what was true then.
 */
record Association(
    String id, String instanceId, String profileArn, String profileId, Instant since, State state) {
  enum State {
    ASSOCIATING,
    ASSOCIATED,
    DISASSOCIATING;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  Association in(State other) {
    return new Association(id, instanceId, profileArn, profileId, since, other);
  }

  String profileName() {
    return profileArn.substring(profileArn.lastIndexOf('/') + 1);
  }
}
