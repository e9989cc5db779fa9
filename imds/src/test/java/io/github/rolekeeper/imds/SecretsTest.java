package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.token;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.imds.awssdk.InstanceMetadataCredentialsProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that can be printed holds a secret, whatever the document looks like. */
class SecretsTest {
  private static final String LIST = "meta-data/iam/security-credentials/";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  private static final String SESSION = "IQoJb3JpZ2luX2VjSESSIONTOKEN";
  private static final String IMDS_TOKEN = "AQAAAMETADATATOKENVALUE==";
  private static final String DOCUMENT =
      """
      {"Code":"Success","AccessKeyId":"ASIA0123456789ABWXYZ","SecretAccessKey":"%s","Token":"%s",
       "Expiration":"2099-01-01T00:00:00Z"}"""
          .formatted(SECRET, SESSION);

  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start()
          .on(TOKEN, token(IMDS_TOKEN, 21_600))
          .serves("meta-data/iam/info", "{\"Code\":\"InstanceProfileNotFound\"}")
          .serves(LIST, "web-role")
          .serves(LIST + "web-role", DOCUMENT);
  private final InstanceMetadataClient client = builder(server).build();
  private final List<String> printed = new ArrayList<>();

  @AfterEach
  void stop() {
    server.close();
  }

  private void print(Object value) {
    printed.add(String.valueOf(value));
    if (value instanceof Throwable thrown) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      printed.add(trace.toString());
    }
  }

  private void assertNothingSecret() {
    assertThat(printed).isNotEmpty();
    for (String secret :
        List.of(SECRET, SECRET.substring(0, 8), SESSION, SESSION.substring(0, 8), IMDS_TOKEN)) {
      assertThat(printed).noneMatch(text -> text.contains(secret));
    }
  }

  @Test
  void neither_values_nor_events_nor_log_lines_hold_a_secret() {
    try (LogCapture log = LogCapture.start()) {
      CredentialTracker tracker =
          CredentialTracker.builder(client::observe)
              .listenerExecutor(Runnable::run)
              .listener(this::print)
              .build();
      print(tracker.poll());
      print(client);
      print(client.credentialsMetadata());
      print(client.observe());
      server.on("GET /latest/meta-data/iam/info", status(503, SECRET));
      print(tracker.poll());
      assertThat(log.lines()).hasSize(2);
      log.lines().forEach(this::print);
    }
    assertThat(printed).anyMatch(text -> text.contains("****WXYZ"));
    assertNothingSecret();
  }

  // An agent in the service's place that quotes what it cannot read.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Code\":\"Failed\",\"Message\":\"bad document %s\"}",
        "{\"Code\":\"bad document %s\"}",
        "{\"Code\":\"Success\",\"Message\":\"does not contain a role: %s\","
            + "\"InstanceProfileArn\":\"arn:aws:iam::123456789012:instance-profile/web\","
            + "\"InstanceProfileId\":\"AIPA\",\"AccountId\":\"123456789012\"}"
      })
  void what_the_service_says_is_not_shown_where_it_quotes_a_document(String answer) {
    String quoted = answer.formatted(DOCUMENT.replace("\n", " ").replace("\"", "\\\""));
    server
        .serves("meta-data/iam/info", quoted)
        .serves(LIST + "web-role", quoted.replace("Success", "Failed"))
        .serves("meta-data/identity-credentials/ec2/info", quoted);
    print(client.iamInfo());
    print(client.credentialsMetadata());
    print(((RoleCredentials.Refused) client.credentialsMetadata()).describe());
    print(client.identityCredentials());
    print(client.observe());
    print(client.report().describe());
    print(
        org.assertj.core.api.Assertions.catchThrowable(
            InstanceMetadataCredentialsProvider.create(client)::resolveCredentials));
    assertNothingSecret();
    assertThat(printed).allMatch(text -> !text.contains("ASIA0123456789ABWXYZ"));
  }

  @Test
  void what_is_inside_does_not_print_it_either() {
    byte[] body = DOCUMENT.getBytes(StandardCharsets.UTF_8);
    Peer peer = new Peer(server.endpoint(), InetAddress.getLoopbackAddress());
    WireAnswer answer = new WireAnswer(200, Map.of(), body, peer);
    Token token =
        Token.granted(
                new WireAnswer(200, Map.of(), IMDS_TOKEN.getBytes(StandardCharsets.UTF_8), peer),
                0,
                60)
            .orElseThrow();
    print(answer);
    print(token);
    print(WireRequest.get("meta-data/x", token));
    assertNothingSecret();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Code\":\"Success\",\"SecretAccessKey\":" + SECRET + "}",
        "{\"SecretAccessKey\":\"" + SECRET + "\"," + SESSION + "}",
        "{\"SecretAccessKey\":\"" + SECRET + "\",\"Token\":\"" + SESSION,
        "{\"SecretAccessKey\":\"" + SECRET + "\n\"}",
        "{\"SecretAccessKey\":\"" + SECRET + "\"}",
        "{\"AccessKeyId\":\"A\",\"Expiration\":\"" + SECRET + "\"}",
        SECRET,
        "[\"" + SECRET + "\"]",
        "{\"Code\":\"Success\",\"AccessKeyId\":\"A\"} " + SECRET,
        "{\"" + SECRET + "\":"
      })
  void no_exception_quotes_a_document_that_it_cannot_read(String document) {
    server.serves(LIST + "web-role", document);
    print(org.assertj.core.api.Assertions.catchThrowable(client::credentialsMetadata));
    assertThat(printed.get(0)).contains("MALFORMED_ANSWER", LIST + "web-role");
    assertNothingSecret();
  }

  @Test
  void no_exception_quotes_an_error_page_or_a_status_line() {
    server.on(
        "GET /latest/" + LIST + "web-role",
        status(403, SECRET),
        ScriptedMetadataServer.raw(SECRET + "\r\n\r\n"));
    print(org.assertj.core.api.Assertions.catchThrowable(client::credentialsMetadata));
    print(org.assertj.core.api.Assertions.catchThrowable(client::credentialsMetadata));
    server.on(TOKEN, ok(IMDS_TOKEN + " " + IMDS_TOKEN));
    print(org.assertj.core.api.Assertions.catchThrowable(builder(server).build()::iamInfo));
    assertNothingSecret();
  }
}
