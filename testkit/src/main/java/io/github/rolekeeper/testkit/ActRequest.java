package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What another actor does, as JSON: one call of an API of the Query protocol, by the account's
 * administrator.
 *
 * @param service such as {@code iam}
 * @param parameters in the spelling of the wire, the operation's name among them
 */
record ActRequest(String service, Map<String, String> parameters) {
  private static final List<String> MEMBERS = List.of("service", "operation", "parameters");

  private static final String SHAPE =
      "'act' must be as {\"service\":\"iam\",\"operation\":\"DeleteRole\","
          + "\"parameters\":{\"RoleName\":\"web-role\"}}";

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is no call that the account knows; the message says why
   */
  static Runnable read(JsonNode act, SimulatedAccount account) {
    for (Map.Entry<String, JsonNode> each : act.properties()) {
      if (!MEMBERS.contains(each.getKey())) {
        throw new IllegalArgumentException(SHAPE + "; '" + each.getKey() + "' is unknown");
      }
    }
    JsonNode named = act.path("parameters");
    if (!named.isMissingNode() && !named.isObject()) {
      throw new IllegalArgumentException(SHAPE + "; 'parameters' " + named + " is no object");
    }
    String name = act.path("service").asText();
    String operation = act.path("operation").asText();
    QueryService service =
        account
            .front()
            .api()
            .queryService(name)
            .filter(each -> each.has(operation))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        SHAPE + "; the account has no '" + name + ":" + operation + "'"));
    if (account.world().settings.strictCredentials) {
      throw new IllegalArgumentException(
          "'kind' ANOTHER_ACTOR acts as the account's administrator, whom an account with strict"
              + " credentials has not: send that actor's requests with a session's credentials");
    }
    var parameters = new TreeMap<String, String>();
    for (Map.Entry<String, JsonNode> each : named.properties()) {
      if (!each.getValue().isValueNode()) {
        throw new IllegalArgumentException(
            SHAPE + "; '" + each.getKey() + "' " + each.getValue() + " is no plain value");
      }
      parameters.put(each.getKey(), each.getValue().asText());
    }
    parameters.put("Action", operation);
    parameters.put("Version", service.version());
    var request = new ActRequest(name, parameters);
    return () -> request.sendTo(account);
  }

  private void sendTo(SimulatedAccount account) {
    String date = RequestDate.basic(account.clock().instant());
    String scope =
        String.join("/", date.substring(0, "yyyyMMdd".length()), account.region(), service);
    Map<String, String> headers =
        Map.of(
            "Content-Type",
            "application/x-www-form-urlencoded",
            "X-Amz-Date",
            date,
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAANOTHERACTOR0000/" + scope + "/aws4_request");
    String form =
        parameters.entrySet().stream()
            .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
            .collect(Collectors.joining("&"));
    try {
      HttpAnswer answer =
          account.exchange("POST", "/", headers, form.getBytes(StandardCharsets.UTF_8));
      if (answer.status() != 200) {
        throw new IllegalStateException(
            parameters.get("Action") + " was refused: " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
