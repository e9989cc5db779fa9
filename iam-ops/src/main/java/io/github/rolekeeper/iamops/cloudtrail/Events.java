package io.github.rolekeeper.iamops.cloudtrail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.Event;
import software.amazon.awssdk.services.cloudtrail.model.LookupAttribute;
import software.amazon.awssdk.services.cloudtrail.model.LookupAttributeKey;

/** CloudTrail's event history. */
final class Events {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  // The most that LookupEvents puts on a page; more of one resource's history helps nobody.
  private static final int PAGE = 50;

  private Events() {}

  /** What happened to a resource, the latest first. */
  static List<Event> about(CloudTrailClient client, String resource) {
    LookupAttribute byName =
        LookupAttribute.builder()
            .attributeKey(LookupAttributeKey.RESOURCE_NAME)
            .attributeValue(resource)
            .build();
    return client.lookupEvents(r -> r.lookupAttributes(byName).maxResults(PAGE)).events();
  }

  /** The event as it was recorded; a missing node if that is no JSON. */
  static JsonNode record(Event event) {
    try {
      return MAPPER.readTree(event.cloudTrailEvent());
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }
}
