package io.github.rolekeeper.iamops.cloudtrail;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.StopHistory;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.Event;

/**
 * Finds the calls of {@code StopInstances} on an instance in CloudTrail's event history, which
 * shows a call about five minutes after it was made (CloudTrail User Guide). One call a lookup, and
 * needs {@code cloudtrail:LookupEvents}; AWS allows two a second per account and Region.
 *
 * <p>Thread-safe as the client is, which stays the caller's to close.
 */
public final class CloudTrailStopHistory implements StopHistory {
  private final CloudTrailClient client;

  /**
   * Looks up with a client.
   *
   * @param client for the instance's Region
   */
  public CloudTrailStopHistory(CloudTrailClient client) {
    this.client = Objects.requireNonNull(client, "client");
  }

  @Override
  public List<Entry> stopsOf(InstanceId instance) {
    return Events.about(client, instance.value()).stream()
        .filter(event -> event.eventName().equals("StopInstances"))
        .flatMap(CloudTrailStopHistory::entry)
        .toList();
  }

  private static Stream<Entry> entry(Event event) {
    JsonNode record = Events.record(event);
    // A call that failed stopped nothing.
    return record.has("errorCode")
        ? Stream.empty()
        : Stream.of(
            new Entry(
                event.eventTime(),
                record.path("userAgent").asText(""),
                "CloudTrail StopInstances " + event.eventId()));
  }
}
