package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** CloudTrail, JSON 1.1, 2013-11-01: {@code LookupEvents} and nothing else. */
final class CloudTrailService extends AwsService {
  private static final String LOOKUP = "LookupEvents";

  /** A page holds 1 to 50 (CloudTrail API reference, LookupEvents). */
  private static final int MOST = 50;

  private static final Set<String> PARAMETERS =
      Set.of("EndTime", "LookupAttributes", "MaxResults", "NextToken", "StartTime");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final World world;
  private final Trail trail;

  CloudTrailService(World world, Trail trail) {
    super("cloudtrail", "");
    this.world = world;
    this.trail = trail;
  }

  @Override
  String operation(WireRequest request) {
    String target = request.header("X-Amz-Target");
    return target == null ? "" : target.substring(target.lastIndexOf('.') + 1);
  }

  @Override
  Map<String, String> parameters(WireRequest request) {
    var parameters = new LinkedHashMap<String, String>();
    input(request)
        .properties()
        .forEach(
            member ->
                parameters.put(
                    member.getKey(),
                    member.getValue().isValueNode()
                        ? member.getValue().asText()
                        : member.getValue().toString()));
    return parameters;
  }

  @Override
  boolean writes(String operation) {
    return false;
  }

  @Override
  String answer(String operation, WireRequest request, Caller caller, String requestId) {
    if (!LOOKUP.equals(operation)) {
      throw new AwsError(
          400,
          "UnknownOperationException",
          "The simulated account has no operation '" + operation + "' of CloudTrail");
    }
    caller.require("cloudtrail:LookupEvents", "*", denials());
    String category = given(input(request), "EventCategory").asText("");
    if (!category.isEmpty()) {
      throw new AwsError(
          400,
          "InvalidEventCategoryException",
          "The EventCategory '"
              + category
              + "' is not looked up: the simulated account has management events alone, which are"
              + " found without it");
    }
    for (Map.Entry<String, JsonNode> each : input(request).properties()) {
      if (!PARAMETERS.contains(each.getKey()) && !each.getValue().isNull()) {
        throw new AwsError(
            400,
            "InvalidParameterException",
            "The simulated account does not have the parameter "
                + each.getKey()
                + " of LookupEvents.");
      }
    }
    Caller.Scope scope = Caller.scope(request.header("Authorization"));
    return lookUp(input(request), scope == null ? world.region() : scope.region());
  }

  private String lookUp(JsonNode input, String region) {
    JsonNode attributes = given(input, "LookupAttributes");
    if (!attributes.isMissingNode() && !attributes.isArray()) {
      throw new AwsError(400, "SerializationException", "LookupAttributes must be a list");
    }
    if (attributes.size() > 1) {
      throw new AwsError(
          400,
          "InvalidLookupAttributesException",
          "LookupAttributes has "
              + attributes.size()
              + " attributes; currently one can be specified");
    }
    Predicate<TrailEvent> wanted = attributes.isEmpty() ? any -> true : matching(attributes.get(0));
    Instant start = instant(input, "StartTime", Instant.MIN);
    Instant end = instant(input, "EndTime", Instant.MAX);
    if (end.isBefore(start)) {
      throw new AwsError(
          400,
          "InvalidTimeRangeException",
          "The StartTime " + start + " is after the EndTime " + end);
    }
    Page<TrailEvent> page =
        Page.of(
            world,
            trail.delivered(region).stream()
                .filter(event -> !event.second().isBefore(start) && !event.second().isAfter(end))
                .filter(wanted)
                .toList(),
            // Newest first.
            event -> String.format(Locale.ROOT, "%019d", Long.MAX_VALUE - event.sequence()),
            "events of " + region + ", " + attributes + " from " + start + " to " + end,
            token(input),
            size(input),
            () ->
                new AwsError(
                    400,
                    "InvalidNextTokenException",
                    "The NextToken is invalid, or is of a call with other parameters"));
    var answer = JSON.createObjectNode();
    var events = answer.putArray("Events");
    page.items().forEach(event -> events.add(described(event)));
    if (page.next() != null) {
      answer.put("NextToken", page.next());
    }
    return answer.toString();
  }

  private static @Nullable String token(JsonNode input) {
    String token = input.path("NextToken").asText("");
    return token.isEmpty() ? null : token;
  }

  /** A member of the request; null is as good as none. */
  private static JsonNode given(JsonNode input, String member) {
    JsonNode value = input.path(member);
    return value.isNull() ? MissingNode.getInstance() : value;
  }

  private static int size(JsonNode input) {
    JsonNode size = given(input, "MaxResults");
    if (size.isMissingNode()) {
      return MOST;
    }
    if (!size.isInt() || size.asInt() < 1 || size.asInt() > MOST) {
      throw new AwsError(
          400,
          "InvalidMaxResultsException",
          "MaxResults " + size + " must be a whole number from 1 to " + MOST);
    }
    return size.asInt();
  }

  private static Predicate<TrailEvent> matching(JsonNode attribute) {
    String key = attribute.path("AttributeKey").asText();
    String value = attribute.path("AttributeValue").asText();
    return switch (key) {
      case "EventId" -> event -> event.id().equals(value);
      case "EventName" -> event -> event.name().equals(value);
      case "ReadOnly" -> event -> String.valueOf(!event.write()).equals(value);
      case "Username" -> event -> event.caller().trailName().equals(value);
      case "ResourceType" -> event -> event.resources().containsValue(value);
      case "ResourceName" -> event -> event.resources().containsKey(value);
      case "EventSource" -> event -> event.source().equals(value);
      case "AccessKeyId" -> event -> event.accessKeyId().equals(value);
      default ->
          throw new AwsError(
              400,
              "InvalidLookupAttributesException",
              "The AttributeKey '"
                  + key
                  + "' is none of EventId, EventName, ReadOnly, Username, ResourceType,"
                  + " ResourceName, EventSource, AccessKeyId");
    };
  }

  private static Instant instant(JsonNode input, String member, Instant otherwise) {
    JsonNode seconds = given(input, member);
    if (seconds.isMissingNode()) {
      return otherwise;
    }
    // Ten digits of seconds reach beyond the year 2200.
    if (!seconds.isNumber() || Math.abs(seconds.doubleValue()) > 9_999_999_999d) {
      throw new AwsError(
          400, "SerializationException", member + " must be a number of seconds since 1970");
    }
    BigDecimal millis = seconds.decimalValue().movePointRight(3);
    return Instant.ofEpochMilli(millis.longValue());
  }

  private static ObjectNode described(TrailEvent event) {
    var described = JSON.createObjectNode();
    described.put("EventId", event.id());
    described.put("EventName", event.name());
    described.put("ReadOnly", String.valueOf(!event.write()));
    described.put("AccessKeyId", event.accessKeyId());
    described.put("EventTime", event.second().getEpochSecond());
    described.put("EventSource", event.source());
    described.put("Username", event.caller().trailName());
    var resources = described.putArray("Resources");
    event
        .resources()
        .forEach(
            (name, type) ->
                resources.addObject().put("ResourceType", type).put("ResourceName", name));
    described.put("CloudTrailEvent", event.json().toString());
    return described;
  }

  private static ObjectNode input(WireRequest request) {
    try {
      if (JSON.readTree(request.body()) instanceof ObjectNode input) {
        return input;
      }
    } catch (JsonProcessingException e) {
      throw new AwsError(400, "SerializationException", "The request is no JSON");
    }
    throw new AwsError(400, "SerializationException", "The request must be a JSON object");
  }

  @Override
  Denials denials() {
    return Denials.JSON;
  }

  @Override
  String error(AwsError error, String requestId) {
    return JSON.createObjectNode()
        .put("__type", error.code())
        .put("message", error.text())
        .toString();
  }

  @Override
  String contentType() {
    return "application/x-amz-json-1.1";
  }
}
