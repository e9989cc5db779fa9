package io.github.rolekeeper.testkit.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.record.OperatorShell.Exchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Plain HTTP to a simulated account, with no AWS client between. */
final class Wire {
  /** Credentials as a process holds them. */
  record Credentials(String accessKeyId, String secretKey, @Nullable String token) {
    static Credentials read(String document) {
      try {
        JsonNode members = new ObjectMapper().readTree(document);
        return new Credentials(
            members.path("AccessKeyId").asText(),
            members.path("SecretAccessKey").asText(),
            members.path("Token").asText());
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("the credentials document is no JSON");
      }
    }

    @Override
    public String toString() {
      return "Credentials[" + accessKeyId + "]";
    }
  }

  static final Credentials ADMINISTRATOR = new Credentials("AKIAIOSFODNN7EXAMPLE", "", null);

  private static final Map<String, String> VERSIONS =
      Map.of("iam", "2010-05-08", "ec2", "2016-11-15", "sts", "2011-06-15");

  private final SimulatedAccount account;
  private final SimulatedInstance instance;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();

  Wire(SimulatedAccount account, SimulatedInstance instance) {
    this.account = account;
    this.instance = instance;
  }

  Exchange metadata(String path) {
    return send("GET /" + path, HttpRequest.newBuilder(uri(instance.metadataEndpoint(), path)));
  }

  Exchange s3ListBuckets(Credentials as) {
    return send("ListBuckets", signed(HttpRequest.newBuilder(account.endpoint()), "s3", as));
  }

  Exchange query(String service, String operation, Map<String, String> parameters, Credentials as) {
    String form =
        "Action="
            + operation
            + "&Version="
            + VERSIONS.get(service)
            + parameters.entrySet().stream()
                .map(each -> "&" + each.getKey() + "=" + encode(each.getValue()))
                .collect(Collectors.joining());
    return send(
        operation,
        signed(HttpRequest.newBuilder(account.endpoint()), service, as)
            .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  private static URI uri(URI base, String path) {
    return URI.create(base + "/" + path);
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /**
   * Scope and token as in Signature Version 4; the account does not verify the signature itself.
   */
  private HttpRequest.Builder signed(HttpRequest.Builder request, String service, Credentials as) {
    String date = account.clock().instant().toString().substring(0, 10).replace("-", "");
    request.header(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential="
            + as.accessKeyId()
            + "/"
            + date
            + "/"
            + account.region()
            + "/"
            + service
            + "/aws4_request, SignedHeaders=host;x-amz-date, Signature="
            + "0".repeat(64));
    if (as.token() != null) {
      request.header("X-Amz-Security-Token", as.token());
    }
    return request;
  }

  private Exchange send(String what, HttpRequest.Builder request) {
    try {
      var response = http.send(request.build(), BodyHandlers.ofString());
      return new Exchange(what, response.statusCode(), response.body());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(what + " was not answered", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during " + what, e);
    }
  }
}
