package io.github.rolekeeper.core.awssdk;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;

/** The JDK's client under a client of the SDK: unlike {@code URLConnection} it keeps every body. */
final class JdkHttp implements SdkHttpClient {
  private final HttpClient http =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        try {
          return answer(request);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }

      @Override
      public void abort() {}
    };
  }

  private HttpExecuteResponse answer(HttpExecuteRequest request)
      throws IOException, InterruptedException {
    byte[] body =
        request.contentStreamProvider().isPresent()
            ? request.contentStreamProvider().get().newStream().readAllBytes()
            : new byte[0];
    HttpRequest.Builder sent =
        HttpRequest.newBuilder(request.httpRequest().getUri())
            .method(
                request.httpRequest().method().name(),
                HttpRequest.BodyPublishers.ofByteArray(body));
    HttpResponse<byte[]> answer = http.send(sent.build(), HttpResponse.BodyHandlers.ofByteArray());
    return HttpExecuteResponse.builder()
        .response(
            SdkHttpFullResponse.builder()
                .statusCode(answer.statusCode())
                .headers(answer.headers().map())
                .build())
        .responseBody(AbortableInputStream.create(new java.io.ByteArrayInputStream(answer.body())))
        .build();
  }

  @Override
  public void close() {}
}
