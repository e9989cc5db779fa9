package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterOutputStream;

/**
 * The encoded message in EC2's refusals. What is in it has the form of the STS API reference; the
 * encoding, which AWS keeps to itself, is deflated JSON in base64url.
 */
final class AuthorizationMessage {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AuthorizationMessage() {}

  static String encode(Refusal refusal) {
    ObjectNode message = JSON.createObjectNode();
    message.put("allowed", false);
    message.put(
        "explicitDeny",
        refusal.evaluation().decision() == PolicyEvaluator.Decision.DENIED_EXPLICITLY);
    ArrayNode matched = message.putObject("matchedStatements").putArray("items");
    for (PolicyEvaluator.Statement statement : refusal.evaluation().matched()) {
      matched
          .addObject()
          .put("statementId", statement.id())
          .put("effect", statement.effect().toUpperCase(java.util.Locale.ROOT))
          .put("sourcePolicyId", statement.policy().name())
          .put("sourcePolicyType", statement.policy().type());
    }
    message.putObject("failures").putArray("items");
    ObjectNode context = message.putObject("context");
    context.putObject("principal").put("id", refusal.userId()).put("arn", refusal.caller());
    context.put("action", refusal.action()).put("resource", refusal.resource());
    ArrayNode conditions = context.putObject("conditions").putArray("items");
    refusal
        .context()
        .keys()
        .forEach(
            (key, values) -> {
              if (!values.isEmpty()) {
                ArrayNode items =
                    conditions.addObject().put("key", key).putObject("values").putArray("items");
                values.forEach(value -> items.addObject().put("value", value));
              }
            });
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            through(DeflaterOutputStream::new, message.toString().getBytes(StandardCharsets.UTF_8))
                .orElseThrow());
  }

  /** The message in clear; empty if this class has not encoded it. */
  static Optional<String> decode(String encoded) {
    try {
      return through(InflaterOutputStream::new, Base64.getUrlDecoder().decode(encoded))
          .map(text -> new String(text, StandardCharsets.UTF_8))
          .filter(AuthorizationMessage::isJson);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private interface Filter {
    OutputStream over(OutputStream out);
  }

  private static Optional<byte[]> through(Filter filter, byte[] data) {
    var out = new ByteArrayOutputStream();
    try (OutputStream filtered = filter.over(out)) {
      filtered.write(data);
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.of(out.toByteArray());
  }

  private static boolean isJson(String text) {
    try {
      return JSON.readTree(text).isObject();
    } catch (JsonProcessingException e) {
      return false;
    }
  }
}
