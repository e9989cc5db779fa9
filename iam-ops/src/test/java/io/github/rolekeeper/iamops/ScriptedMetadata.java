package io.github.rolekeeper.iamops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A metadata service that serves what it was told to, and 404 for everything else. */
final class ScriptedMetadata implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, String> bodies = new ConcurrentHashMap<>();
  final InstanceMetadataClient client;

  ScriptedMetadata() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
    client = Metadata.client(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().replaceFirst("^/latest/", "");
    boolean token = path.equals("api/token");
    String body = token ? "token" : bodies.get(path);
    byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
    if (token) {
      exchange.getResponseHeaders().add("X-aws-ec2-metadata-token-ttl-seconds", "21600");
    }
    exchange.sendResponseHeaders(body == null ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  ScriptedMetadata serve(String path, String body) {
    bodies.put(path, body);
    return this;
  }

  /** The document of a role, with more members such as {@code "Expiration":"…"}. */
  ScriptedMetadata credentials(String role, String members) {
    return serve("meta-data/iam/security-credentials/", role)
        .serve(
            "meta-data/iam/security-credentials/" + role,
            """
            {"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIAEXAMPLE00000000",
             "SecretAccessKey":"s","Token":"t",%s}"""
                .formatted(members));
  }

  ScriptedMetadata refusal(String role, String code) {
    return serve("meta-data/iam/security-credentials/", role)
        .serve(
            "meta-data/iam/security-credentials/" + role,
            "{\"Code\":\"%s\",\"Message\":\"EC2 cannot assume the role.\"}".formatted(code));
  }

  ScriptedMetadata info(String profileId) {
    return serve(
        "meta-data/iam/info",
        """
        {"Code":"Success","LastUpdated":"2023-03-07T15:00:53Z","InstanceProfileArn":
         "arn:aws:iam::123456789012:instance-profile/web","InstanceProfileId":"%s"}"""
            .formatted(profileId));
  }

  @Override
  public void close() {
    client.close();
    server.stop(0);
  }
}
