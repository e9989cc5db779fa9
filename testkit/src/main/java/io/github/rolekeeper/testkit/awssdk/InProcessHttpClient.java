package io.github.rolekeeper.testkit.awssdk;

import io.github.rolekeeper.testkit.HttpAnswer;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * An HTTP client of the AWS SDK that hands its requests to a {@link SimulatedAccount} in the same
 * process, without a socket: for tests that make very many calls. Which host a request names does
 * not matter. {@link SdkClients#inProcess()} sets it. Thread-safe; closing it changes nothing.
 */
public final class InProcessHttpClient implements SdkHttpClient {
  private final SimulatedAccount account;

  /**
   * A client of one account.
   *
   * @param account what answers
   */
  public InProcessHttpClient(SimulatedAccount account) {
    this.account = Objects.requireNonNull(account, "account");
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return send(request);
      }

      @Override
      public void abort() {
        // The answer is there as soon as it has been asked for.
      }
    };
  }

  private HttpExecuteResponse send(HttpExecuteRequest request) throws IOException {
    SdkHttpRequest http = request.httpRequest();
    HttpAnswer answer =
        account.exchange(http.method().name(), target(http), headers(http), body(request));
    SdkHttpResponse.Builder head = SdkHttpResponse.builder().statusCode(answer.status());
    answer.headers().forEach(head::putHeader);
    byte[] body = answer.content();
    return HttpExecuteResponse.builder()
        .response(head.putHeader("Content-Length", Integer.toString(body.length)).build())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
        .build();
  }

  private static String target(SdkHttpRequest http) {
    URI uri = http.getUri();
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private static Map<String, String> headers(SdkHttpRequest http) {
    var headers = new TreeMap<String, String>();
    http.forEachHeader(
        (name, values) -> {
          if (!values.isEmpty()) {
            headers.put(name, values.get(0));
          }
        });
    return headers;
  }

  private static byte[] body(HttpExecuteRequest request) throws IOException {
    if (request.contentStreamProvider().isEmpty()) {
      return new byte[0];
    }
    try (InputStream body = request.contentStreamProvider().get().newStream()) {
      return body.readAllBytes();
    }
  }

  @Override
  public String clientName() {
    return "InProcess";
  }

  @Override
  public void close() {
    // The account belongs to the caller.
  }
}
