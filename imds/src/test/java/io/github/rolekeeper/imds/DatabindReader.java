package io.github.rolekeeper.imds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import java.io.IOException;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What another JSON reader, and other date parsers, find in a document. Shares no code with ours.
 */
public final class DatabindReader {
  /** Found in what is JSON and no answer all the same. */
  static final String MALFORMED = "malformed";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final JsonNode root;

  public DatabindReader(String json) {
    try {
      root = MAPPER.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private DatabindReader(JsonNode root) {
    this.root = root;
  }

  public Optional<String> text(String name) {
    JsonNode node = root.path(name);
    return node.isValueNode() && !node.isNull()
        ? Optional.of(onOneLine(node.asText()))
        : Optional.empty();
  }

  /** Absent or null is a success; what is no value has no letters. */
  public String code() {
    JsonNode node = root.path("Code");
    return node.isMissingNode() || node.isNull()
        ? "Success"
        : node.isValueNode() ? node.asText() : "";
  }

  private static String onOneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }

  List<String> list(String name) {
    List<String> items = new ArrayList<>();
    for (JsonNode node : root.path(name)) {
      if (node.isValueNode() && !node.isNull()) {
        items.add(onOneLine(node.asText()));
      }
    }
    return items;
  }

  public Optional<Instant> instant(String name) {
    return text(name)
        .flatMap(
            text -> {
              try {
                return Optional.of(OffsetDateTime.parse(text).toInstant());
              } catch (DateTimeParseException e) {
                return old("yyyy-MM-dd'T'HH:mm:ssZ", text)
                    .or(() -> old("d MMM yyyy HH:mm:ss zzz", text));
              }
            });
  }

  private static Optional<Instant> old(String pattern, String text) {
    ParsePosition end = new ParsePosition(0);
    Date date = new SimpleDateFormat(pattern, Locale.ENGLISH).parse(text, end);
    return date == null || end.getIndex() < text.length()
        ? Optional.empty()
        : Optional.of(date.toInstant());
  }

  IamInfo iamInfo() {
    String code = code();
    String message = text("Message").orElse("");
    if (!code.equals("Success")) {
      return new IamInfo.Failed(code, message, instant("LastUpdated"));
    }
    InstanceProfileArn arn = InstanceProfileArn.parse(text("InstanceProfileArn").orElseThrow());
    InstanceProfileId id = InstanceProfileId.of(text("InstanceProfileId").orElseThrow());
    return message.contains("does not contain a role")
        ? new IamInfo.WithoutRole(arn, id, instant("LastUpdated"), message)
        : new IamInfo.Associated(arn, id, instant("LastUpdated"));
  }

  Object credentials(String role) {
    String code = code();
    // What other readers of credentials take: a text, and ISO 8601.
    if (code.equals("Success")
        && (!root.path("AccessKeyId").isTextual()
            || !text("Expiration").orElse("").matches("[0-9]{4}-.*"))) {
      return MALFORMED;
    }
    return code.equals("Success")
        ? new RoleCredentials.Available(
            new CredentialMetadata(
                Optional.of(role),
                text("AccessKeyId").orElseThrow(),
                instant("LastUpdated"),
                instant("Expiration")))
        : new RoleCredentials.Refused(
            role, code, text("Message").orElse(""), instant("LastUpdated"));
  }

  /** The info document of the instance identity role, where there are no credentials. */
  IdentityCredentials identityInfo() {
    return new IdentityCredentials(
        text("Code"),
        text("Message").orElse(""),
        instant("LastUpdated"),
        text("AccountId"),
        new RoleCredentials.None());
  }

  InstanceIdentityDocument identity() {
    return new InstanceIdentityDocument(
        text("accountId"),
        text("architecture"),
        text("availabilityZone"),
        list("billingProducts"),
        list("devpayProductCodes"),
        text("imageId"),
        text("instanceId"),
        text("instanceType"),
        text("kernelId"),
        list("marketplaceProductCodes"),
        instant("pendingTime"),
        text("privateIp"),
        text("ramdiskId"),
        text("region"),
        text("version"));
  }

  /** Compared as texts, so that the reading of words has its own tests. */
  Object maintenance() {
    List<List<String>> events = new ArrayList<>();
    for (JsonNode node : root) {
      if (node.isObject()) {
        DatabindReader event = new DatabindReader(node);
        if (!event.says("EventId") && !event.says("Code") && !event.says("NotBefore")) {
          return MALFORMED;
        }
        events.add(
            List.of(
                event.text("EventId").orElse("-"),
                event.text("Code").orElse("-"),
                event.text("State").orElse("-"),
                event.text("Description").orElse(""),
                event.instant("NotBefore").toString(),
                event.instant("NotAfter").toString()));
      }
    }
    return events.isEmpty() && !root.isEmpty() ? MALFORMED : events;
  }

  private boolean says(String name) {
    return text(name).filter(text -> !text.isBlank()).isPresent();
  }

  static List<List<String>> texts(List<MaintenanceEvent> events) {
    return events.stream()
        .map(
            event ->
                List.of(
                    event.eventId().orElse("-"),
                    event.code().map(Reported::text).orElse("-"),
                    event.state().map(Reported::text).orElse("-"),
                    event.description(),
                    event.notBefore().toString(),
                    event.notAfter().toString()))
        .toList();
  }

  String spot() {
    return text("action").orElseThrow() + instant("time");
  }
}
