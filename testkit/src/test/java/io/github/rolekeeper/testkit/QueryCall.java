package io.github.rolekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A call of the Query protocol in the spelling of the wire, also of what no client would send. */
final class QueryCall {
  private static final Pattern CODE = Pattern.compile("<Code>([^<]+)");

  private QueryCall() {}

  /** By the administrator; parameters as {@code Name=value}. */
  static HttpAnswer send(
      SimulatedAccount account, String service, String operation, String... parameters) {
    return send(account, service, operation, Map.of(), "AKIAIOSFODNN7EXAMPLE", parameters);
  }

  static HttpAnswer send(
      SimulatedAccount account,
      String service,
      String operation,
      Map<String, String> headers,
      String accessKey,
      String... parameters) {
    var all = new TreeMap<String, String>();
    all.put("Action", operation);
    for (String parameter : parameters) {
      String[] parts = parameter.split("=", 2);
      all.put(parts[0], parts[1]);
    }
    var sent = new TreeMap<>(headers);
    sent.put("Content-Type", "application/x-www-form-urlencoded");
    sent.put(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential="
            + accessKey
            + "/20260101/us-east-1/"
            + service
            + "/aws4_request, SignedHeaders=host, Signature=00");
    String form =
        all.entrySet().stream()
            .map(
                each ->
                    each.getKey()
                        + "="
                        + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    try {
      return account.exchange("POST", "/", sent, form.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code OK}, or the code of the refusal. */
  static String outcome(
      SimulatedAccount account, String service, String operation, String... parameters) {
    return code(send(account, service, operation, parameters));
  }

  static String code(HttpAnswer answer) {
    Matcher code = CODE.matcher(answer.body());
    return answer.status() == 200 ? "OK" : code.find() ? code.group(1) : answer.body();
  }
}
