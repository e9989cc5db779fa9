package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A management event as CloudTrail records it (CloudTrail User Guide, record contents).
 *
 * @param error null if the call succeeded
 * @param answer the answer of a call that changed something, as XML; empty for reads, of which
 *     CloudTrail records no answer
 */
record TrailEvent(
    long sequence,
    String id,
    Instant time,
    String service,
    String name,
    boolean write,
    Caller caller,
    String accessKeyId,
    String userAgent,
    String region,
    String requestId,
    Parameters parameters,
    @Nullable AwsError error,
    String answer) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** IAM's errors are recorded under the names of their exceptions; the others are not. */
  private static final Set<String> IAM_EXCEPTIONS =
      Set.of(
          "ConcurrentModification",
          "DeleteConflict",
          "EntityAlreadyExists",
          "InvalidInput",
          "LimitExceeded",
          "MalformedPolicyDocument",
          "NoSuchEntity",
          "UnmodifiableEntity");

  private static final Map<String, String> RESOURCE_TYPES =
      Map.of(
          "instanceProfileName", "AWS::IAM::InstanceProfile",
          "roleName", "AWS::IAM::Role",
          "roleArn", "AWS::IAM::Role",
          "policyArn", "AWS::IAM::Policy",
          "instanceId", "AWS::EC2::Instance",
          "launchTemplateId", "AWS::EC2::LaunchTemplate",
          "autoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup");

  /** When it happened, as CloudTrail says it: in whole seconds. */
  Instant second() {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }

  String source() {
    return service + ".amazonaws.com";
  }

  /** What the event is about: names and ids as keys, CloudFormation's types as values. */
  Map<String, String> resources() {
    var found = new LinkedHashMap<String, String>();
    collect(requestParameters(), found);
    if (!answer.isEmpty()) {
      collect(responseElements(), found);
    }
    return found;
  }

  private static void collect(JsonNode node, Map<String, String> found) {
    node.properties()
        .forEach(
            member -> {
              String type = RESOURCE_TYPES.get(member.getKey());
              JsonNode value = member.getValue();
              if (type != null && value.isTextual()) {
                found.putIfAbsent(value.asText(), type);
              } else if (type != null && value.isArray()) {
                value.forEach(each -> found.putIfAbsent(each.asText(), type));
              }
            });
    node.forEach(each -> collect(each, found));
  }

  private ObjectNode requestParameters() {
    ObjectNode parameters = WireJson.ofParameters(this.parameters);
    redact(parameters);
    return parameters;
  }

  private JsonNode responseElements() {
    JsonNode elements = WireJson.ofXml(answer);
    redact(elements);
    return elements;
  }

  /** User data can hold secrets; at whatever depth, as in the data of a launch template. */
  private static void redact(JsonNode node) {
    if (node instanceof ObjectNode object && object.has("userData")) {
      object.put("userData", "<sensitiveDataRemoved>");
    }
    node.forEach(TrailEvent::redact);
  }

  /** The event as CloudTrail would write it into a log file. */
  ObjectNode json() {
    var event = JSON.objectNode();
    event.put("eventVersion", "1.08");
    event.set("userIdentity", caller.trailIdentity(accessKeyId));
    event.put("eventTime", second().toString());
    event.put("eventSource", source());
    event.put("eventName", name);
    event.put("awsRegion", region);
    event.put("sourceIPAddress", "127.0.0.1");
    event.put("userAgent", userAgent);
    if (error != null) {
      event.put("errorCode", errorCode(error));
      event.put("errorMessage", error.text());
    }
    ObjectNode parameters = requestParameters();
    event.set("requestParameters", parameters.isEmpty() ? JSON.nullNode() : parameters);
    event.set("responseElements", answer.isEmpty() ? JSON.nullNode() : responseElements());
    event.put("requestID", requestId);
    event.put("eventID", id);
    event.put("readOnly", !write);
    event.put("eventType", "AwsApiCall");
    event.put("managementEvent", true);
    event.put("recipientAccountId", caller.accountId());
    event.put("eventCategory", "Management");
    return event;
  }

  private String errorCode(AwsError failure) {
    return switch (service) {
      case "ec2" -> (failure.status() < 500 ? "Client." : "Server.") + failure.code();
      case "iam" ->
          IAM_EXCEPTIONS.contains(failure.code()) ? failure.code() + "Exception" : failure.code();
      default -> failure.code();
    };
  }
}
