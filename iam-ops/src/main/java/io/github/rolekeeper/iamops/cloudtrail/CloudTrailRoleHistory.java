package io.github.rolekeeper.iamops.cloudtrail;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.rolekeeper.iamops.RoleHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.Event;

/**
 * Finds the roles that a profile held, and its tags, in CloudTrail's event history, which keeps 90
 * days of the calls that changed it (CloudTrail API reference, LookupEvents). One call a lookup,
 * and needs {@code cloudtrail:LookupEvents}; AWS allows two a second per account and Region.
 *
 * <p>Thread-safe as the client is, which stays the caller's to close.
 */
public final class CloudTrailRoleHistory implements RoleHistory {
  private static final Set<String> CALLS =
      Set.of("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile");

  private static final String CREATE = "CreateInstanceProfile";
  private static final Set<String> TAGGING =
      Set.of(CREATE, "TagInstanceProfile", "UntagInstanceProfile");

  private final CloudTrailClient client;

  /**
   * Looks up with a client.
   *
   * @param client for the Region that records the calls of IAM: in the partition {@code aws} that
   *     is {@code us-east-1}
   */
  public CloudTrailRoleHistory(CloudTrailClient client) {
    this.client = Objects.requireNonNull(client, "client");
  }

  @Override
  public List<Entry> rolesOf(String instanceProfile) {
    return Events.about(client, instanceProfile).stream()
        .filter(event -> CALLS.contains(event.eventName()))
        .flatMap(event -> entry(event, instanceProfile))
        .toList();
  }

  private static Stream<Entry> entry(Event event, String instanceProfile) {
    String role = Events.record(event).path("requestParameters").path("roleName").asText("");
    return role.isEmpty() || !about(event, instanceProfile)
        ? Stream.empty()
        : Stream.of(
            new Entry(
                role,
                event.eventTime(),
                "CloudTrail " + event.eventName() + " " + event.eventId()));
  }

  @Override
  public Optional<Tags> tagsOf(String instanceProfile) {
    var tags = new LinkedHashMap<String, String>();
    var sources = new ArrayList<String>();
    // What happened to the last profile of that name, from its beginning on.
    var events = new ArrayList<Event>();
    for (Event event : Events.about(client, instanceProfile)) {
      if (!TAGGING.contains(event.eventName()) || !about(event, instanceProfile)) {
        continue;
      }
      events.add(0, event);
      if (event.eventName().equals(CREATE)) {
        break;
      }
    }
    for (Event event : events) {
      JsonNode parameters = Events.record(event).path("requestParameters");
      parameters
          .path("tags")
          .forEach(tag -> tags.put(tag.path("key").asText(), tag.path("value").asText("")));
      parameters.path("tagKeys").forEach(key -> tags.remove(key.asText()));
      sources.add(event.eventName() + " " + event.eventId());
    }
    return sources.isEmpty()
        ? Optional.empty()
        : Optional.of(new Tags(tags, "CloudTrail " + String.join(", ", sources)));
  }

  /** A call that failed changed nothing; a role may have the name of the profile. */
  private static boolean about(Event event, String instanceProfile) {
    JsonNode record = Events.record(event);
    return !record.has("errorCode")
        && record
            .path("requestParameters")
            .path("instanceProfileName")
            .asText("")
            .equalsIgnoreCase(instanceProfile);
  }
}
