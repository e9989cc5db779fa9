package io.github.rolekeeper.imds.awssdk;

import io.github.rolekeeper.imds.RoleCredentials;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * The document of a role's credentials with its secrets: the only place that parses them. It has no
 * state, and no message of it quotes the document.
 */
final class SecretDocument {
  private static final DateTimeFormatter INSTANT =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .appendPattern("[XXX][XX]")
          .toFormatter(Locale.ROOT);

  private SecretDocument() {}

  static AwsSessionCredentials parse(String path, byte[] json) {
    JsonNode document = tree(path, json);
    String code = code(document);
    if (!code.equals("Success")) {
      throw refused(path, code, text(document, "Message").orElse(""));
    }
    AwsSessionCredentials.Builder credentials =
        AwsSessionCredentials.builder()
            .accessKeyId(required(path, document, "AccessKeyId"))
            .secretAccessKey(required(path, document, "SecretAccessKey"))
            .sessionToken(required(path, document, "Token"))
            .providerName("RolekeeperInstanceMetadata");
    text(document, "AccountId").ifPresent(credentials::accountId);
    text(document, "Expiration").ifPresent(text -> credentials.expirationTime(instant(path, text)));
    return credentials.build();
  }

  private static SdkClientException refused(String path, String code, String message) {
    String role = path.substring(path.lastIndexOf('/') + 1);
    RoleCredentials.Refused refused =
        new RoleCredentials.Refused(role, code, message, Optional.empty());
    return SdkClientException.create(
        "The metadata service names the role "
            + role
            + " and has no credentials of it. "
            + Problem.of(path, refused.describe(), refused.cure()));
  }

  /** Look-alikes leave it out. Whatever else stands there is no success. */
  private static String code(JsonNode document) {
    JsonNode code = document.field("Code").orElse(null);
    if (code == null || code.isNull()) {
      return "Success";
    }
    return code.isArray() || code.isObject() ? "" : code.text();
  }

  private static JsonNode tree(String path, byte[] json) {
    try {
      // The parser's own message would quote what it cannot read.
      JsonNode document = JsonNode.parserBuilder().removeErrorLocations(true).build().parse(json);
      if (document.isObject()) {
        return document;
      }
    } catch (RuntimeException e) {
      // Falls through, without e as a cause: its text may hold a secret.
    }
    throw unusable(path, "it is no JSON object, or nested deeper than the AWS SDK reads");
  }

  private static String required(String path, JsonNode document, String name) {
    return text(document, name).orElseThrow(() -> unusable(path, "it has no " + name));
  }

  private static Optional<String> text(JsonNode document, String name) {
    return document
        .field(name)
        .filter(JsonNode::isString)
        .map(JsonNode::asString)
        .filter(text -> !text.isBlank());
  }

  private static Instant instant(String path, String text) {
    try {
      return INSTANT.parse(text.strip(), Instant::from);
    } catch (DateTimeException e) {
      throw unusable(path, "its Expiration is no instant");
    }
  }

  private static SdkClientException unusable(String path, String why) {
    return SdkClientException.create(
        "The metadata service answered "
            + path
            + " with a document that holds no usable credentials: "
            + why
            + ".");
  }
}
