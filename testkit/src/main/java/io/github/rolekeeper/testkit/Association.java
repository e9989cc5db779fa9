package io.github.rolekeeper.testkit;

import java.time.Instant;

/**
 * The association of an instance with an instance profile: by id; the ARN is what was true then.
 */
record Association(
    String id, String instanceId, String profileArn, String profileId, Instant since) {

  String profileName() {
    return profileArn.substring(profileArn.lastIndexOf('/') + 1);
  }
}
