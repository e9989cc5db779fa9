package io.github.rolekeeper.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.ApiCall;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the successful writes of a journal come to, by the rules of AWS and without asking the
 * account: the profiles, their roles, and who is associated with what.
 */
final class JournalledState {
  private static final String NO_ROLE = "";

  /** Roles by name of the profile. */
  private final Map<String, String> profiles = new TreeMap<>();

  /** Names of profiles by id of the instance. */
  private final Map<String, String> associations = new TreeMap<>();

  /** How many requests the journal has had, by operation. */
  private final Map<String, Long> requests = new TreeMap<>();

  /**
   * Instances by id of their associations, of which the journal holds no answers; each until it is
   * replaced, so that the test itself does not grow.
   */
  private final Map<String, String> owners = new ConcurrentHashMap<>();

  /** What was there before the journal began. */
  void holds(String profile, String role) {
    profiles.put(profile, role);
  }

  void launched(String instanceId, String profile) {
    associations.put(instanceId, profile);
  }

  /** To be called before the association is used in a request. Safe from any thread. */
  void owns(String instanceId, String associationId) {
    owners.put(associationId, instanceId);
  }

  void follow(List<ApiCall> calls) {
    for (ApiCall call : calls) {
      requests.merge(call.operation(), 1L, Long::sum);
      if (call.write() && call.outcome().equals("OK")) {
        follow(call);
      }
    }
  }

  private void follow(ApiCall call) {
    String profile = call.parameters().getOrDefault("InstanceProfileName", "");
    switch (call.operation()) {
      case "CreateInstanceProfile" -> assertThat(profiles.put(profile, NO_ROLE)).isNull();
      case "DeleteInstanceProfile" -> assertThat(profiles.remove(profile)).isEqualTo(NO_ROLE);
      case "AddRoleToInstanceProfile" ->
          assertThat(profiles.put(profile, call.parameters().get("RoleName"))).isEqualTo(NO_ROLE);
      case "RemoveRoleFromInstanceProfile" ->
          assertThat(profiles.put(profile, NO_ROLE)).isEqualTo(call.parameters().get("RoleName"));
      case "ReplaceIamInstanceProfileAssociation" ->
          associations.put(
              owners.remove(call.parameters().get("AssociationId")),
              call.parameters().get("IamInstanceProfile.Name"));
      default -> throw new AssertionError("nobody was asked to write " + call);
    }
  }

  Map<String, String> profiles() {
    return profiles;
  }

  Map<String, String> associations() {
    return associations;
  }

  long calls() {
    return requests.values().stream().mapToLong(Long::longValue).sum();
  }

  Map<String, Long> requests() {
    return requests;
  }
}
