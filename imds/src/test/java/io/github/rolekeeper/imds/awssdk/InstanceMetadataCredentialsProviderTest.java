package io.github.rolekeeper.imds.awssdk;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.Clients;
import io.github.rolekeeper.imds.Documents;
import io.github.rolekeeper.imds.IamInfo;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import io.github.rolekeeper.imds.LogCapture;
import io.github.rolekeeper.imds.RoleCredentials;
import io.github.rolekeeper.imds.ScriptedMetadataServer;
import io.github.rolekeeper.testkit.MutableClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

@Timeout(120)
class InstanceMetadataCredentialsProviderTest {
  private static final String LIST = "meta-data/iam/security-credentials/";
  private static final String INFO = "meta-data/iam/info";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  private static final String SESSION = "IQoJb3JpZ2luX2VjSESSIONTOKEN";

  private final MutableClock clock = MutableClock.at("2025-01-01T00:00:00Z");
  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start().serves(LIST, "web-role");
  private final InstanceMetadataClient client = Clients.builder(server).build();
  private final InstanceMetadataCredentialsProvider provider =
      new InstanceMetadataCredentialsProvider(client, clock, () -> 0);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String document(String keyId, String end) {
    return """
        {"Code":"Success","LastUpdated":"2025-01-01T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"%s",
         "SecretAccessKey":"%s","Token":"%s","Expiration":"%s","New":{"a":[null]}}"""
        .formatted(keyId, SECRET, SESSION, end);
  }

  private void servesUntil(String keyId, String end) {
    server.serves(LIST + "web-role", document(keyId, end));
  }

  private String keyId() {
    return provider.resolveCredentials().accessKeyId();
  }

  private SdkClientException failure() {
    return catchThrowableOfType(SdkClientException.class, provider::resolveCredentials);
  }

  private long reads() {
    return server.trace().stream().filter(line -> line.endsWith("web-role")).count();
  }

  @Test
  void credentials_are_served_whole_and_with_their_true_end() {
    servesUntil("ASIA1", "2025-01-01T06:00:00Z");
    AwsSessionCredentials served = (AwsSessionCredentials) provider.resolveCredentials();
    assertThat(served.accessKeyId()).isEqualTo("ASIA1");
    assertThat(served.secretAccessKey()).isEqualTo(SECRET);
    assertThat(served.sessionToken()).isEqualTo(SESSION);
    assertThat(served.expirationTime()).contains(Instant.parse("2025-01-01T06:00:00Z"));
    assertThat(served.accountId()).isEmpty();
    assertThat(provider.resolveIdentity().join().accessKeyId()).isEqualTo("ASIA1");
    assertThat(reads()).isEqualTo(1);
  }

  @Test
  void a_document_of_a_look_alike_without_code_and_with_an_account_is_served() {
    server.serves(
        LIST + "web-role", Documents.CREDENTIALS.replace("}", ",\"AccountId\":\"123456789012\"}"));
    AwsSessionCredentials served = (AwsSessionCredentials) provider.resolveCredentials();
    assertThat(served.accountId()).contains("123456789012");
  }

  @Test
  void they_are_read_again_a_quarter_of_an_hour_before_their_end() {
    servesUntil("ASIA1", "2025-01-01T01:00:00Z");
    keyId();
    clock.advance(Duration.ofMinutes(44));
    servesUntil("ASIA2", "2025-01-01T07:00:00Z");
    assertThat(keyId()).isEqualTo("ASIA1");
    clock.advance(Duration.ofMinutes(1));
    assertThat(keyId()).isEqualTo("ASIA2");
    assertThat(reads()).isEqualTo(2);
  }

  @Test
  void while_the_service_fails_valid_ones_are_served_and_ended_ones_never() {
    servesUntil("ASIA1", "2025-01-01T01:00:00Z");
    keyId();
    server.on("GET /latest/" + LIST + "web-role", status(503, ""));
    clock.advance(Duration.ofMinutes(50));
    try (LogCapture log = LogCapture.start()) {
      assertThat(keyId()).isEqualTo("ASIA1");
      assertThat(log.lines()).hasSize(1);
      assertThat(log.lines().get(0)).contains("WARNING", "2025-01-01T01:00:00Z", "503");
      int asked = server.trace().size();
      assertThat(keyId()).isEqualTo("ASIA1");
      assertThat(server.trace()).hasSize(asked); // it is not asked at every call
      clock.advance(Duration.ofMinutes(1));
      assertThat(keyId()).isEqualTo("ASIA1");
      assertThat(server.trace().size()).isGreaterThan(asked);
    }
    clock.advance(Duration.ofMinutes(9));
    SdkClientException failure = failure();
    assertThat(failure).hasMessageContaining("503");
    assertThat(failure.getCause()).isInstanceOf(InstanceMetadataException.class);
    server.serves(LIST, "web-role");
    servesUntil("ASIA2", "2025-01-01T07:00:00Z");
    assertThat(keyId()).isEqualTo("ASIA2"); // no failure is remembered
  }

  // The SDK's provider loses Code and Message here and tells of a NullPointerException.
  @Test
  void a_refused_role_is_told_with_code_message_and_cure() {
    server.serves(
        LIST + "web-role",
        "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot assume the role web-role.\",\"SecretAccessKey\":\""
            + SECRET
            + "\"}");
    assertThat(failure())
        .hasMessageContainingAll(
            "web-role",
            "AssumeRoleUnauthorizedAccess",
            "EC2 cannot assume the role",
            "UpdateAssumeRolePolicy")
        .hasMessageNotContaining(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"success\"", "5", "true"})
  void whatever_else_stands_in_the_place_of_success_is_refused_by_all_alike(String code) {
    String good = document("ASIA1", "2025-01-01T06:00:00Z");
    server.serves(LIST + "web-role", good.replace("\"Success\"", code));
    assertThat(failure()).hasMessageContaining("has no credentials of it");
    assertThat(client.credentialsMetadata().status()).isEqualTo(RoleCredentials.Status.REFUSED);
    server.serves(INFO, good.replace("\"Success\"", code));
    assertThat(client.iamInfo().status()).isEqualTo(IamInfo.Status.FAILED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"  \"", "[\"Success\"]", "[]", "{\"Code\":\"Success\"}"})
  void a_code_that_is_no_text_is_no_answer(String code) {
    String good = document("ASIA1", "2025-01-01T06:00:00Z");
    server.serves(LIST + "web-role", good.replace("\"Success\"", code));
    assertThat(failure()).hasMessageContainingAll("has a Code that is no text", "4 attempts");
  }

  @Test
  void a_code_that_is_null_or_comes_twice_counts_as_for_every_other_reader() {
    String good = document("ASIA1", "2025-01-01T06:00:00Z");
    server.serves(LIST + "web-role", good.replace("\"Success\"", "null"));
    assertThat(keyId()).isEqualTo("ASIA1");
    assertThat(client.credentialsMetadata().status()).isEqualTo(RoleCredentials.Status.AVAILABLE);
    server.serves(LIST + "web-role", good.replace("\"Success\"", "\"Failed\",\"Code\":null"));
    assertThat(client.credentialsMetadata().status()).isEqualTo(RoleCredentials.Status.AVAILABLE);
    assertThat(
            SecretDocument.parse(
                LIST, good.replace("\"Success\"", "7,\"Code\":null").getBytes(UTF_8)))
        .isNotNull();
  }

  @Test
  void what_the_service_says_cannot_forge_a_line_of_a_log_nor_fill_it() {
    String hostile = "a\\nERROR forged\\u001b[31m\\u2028\\u202e" + "z".repeat(20_000);
    server.serves(
        LIST + "web-role", "{\"Code\":\"X" + hostile + "\",\"Message\":\"" + hostile + "\"}");
    assertFit(failure().getMessage());
    assertFit(client.observe().signal().orElseThrow().toString());
    assertFit(((RoleCredentials.Refused) client.credentialsMetadata()).describe());
    server.serves(INFO, "{\"Code\":\"X" + hostile + "\",\"Message\":\"" + hostile + "\"}");
    server.on("GET /latest/" + LIST, status(404, ""));
    assertFit(failure().getMessage());
    assertThat(client.report().describe().lines()).noneMatch(line -> line.startsWith("ERROR"));
    assertThat(client.report().describe()).hasSizeLessThan(4000).doesNotContain("\u001b", "\u202e");
  }

  private static void assertFit(String text) {
    assertThat(text).contains("Xa ERROR forged [31m zzz").hasSizeLessThan(2000);
    assertThat(text.chars()).allMatch(c -> c >= ' ' && c != '\u2028' && c != '\u202e');
  }

  @Test
  void a_deleted_profile_is_told_with_code_message_and_cure() {
    server
        .on("GET /latest/" + LIST, status(404, ""))
        .serves(INFO, "{\"Code\":\"InstanceProfileNotFound\",\"Message\":\"It is gone.\"}");
    assertThat(failure())
        .hasMessageContainingAll("InstanceProfileNotFound", "It is gone.", "GetInstanceProfile");
  }

  @Test
  void every_other_state_without_credentials_says_what_it_is() {
    server.on("GET /latest/" + LIST, status(404, ""));
    assertThat(failure()).hasMessageContaining("AssociateIamInstanceProfile");
    String associated =
        "{\"Code\":\"Success\",\"InstanceProfileArn\":\"arn:aws:iam::123456789012:instance-profile/web\",\"InstanceProfileId\":\"AIPA1\",\"Message\":\"%s\"}";
    server.serves(INFO, associated.formatted("Instance Profile does not contain a role."));
    assertThat(failure()).hasMessageContainingAll("does not contain a role", "AddRole");
    server.serves(INFO, associated.formatted(""));
    assertThat(failure()).hasMessageContaining("instance-profile/web");
    server.on("GET /latest/" + INFO, status(403, ""));
    assertThat(failure()).hasMessageContainingAll("could not be read", "403");
  }

  @Test
  void a_document_that_has_ended_is_not_served() {
    servesUntil("ASIA1", "2024-12-31T23:59:59Z");
    assertThat(failure()).hasMessageContainingAll("2024-12-31T23:59:59Z", "2025-01-01T00:00:00Z");
  }

  @Test
  void a_role_without_document_is_looked_for_once_more() {
    server.on("GET /latest/" + LIST, ok("old-role"), ok("web-role"));
    servesUntil("ASIA1", "2025-01-01T06:00:00Z");
    assertThat(keyId()).isEqualTo("ASIA1");
  }

  @Test
  void a_configured_role_is_read_without_the_listing() {
    server.serves(LIST + "other", document("ASIA9", "2025-01-01T06:00:00Z"));
    try (InstanceMetadataClient named = Clients.builder(server).roleName("other").build()) {
      assertThat(
              InstanceMetadataCredentialsProvider.create(named, clock)
                  .resolveCredentials()
                  .accessKeyId())
          .isEqualTo("ASIA9");
    }
    assertThat(server.trace()).doesNotContain("GET /latest/" + LIST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        SECRET,
        "{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"" + SECRET + "\"}",
        "{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":" + SECRET + "}",
        "{\"Code\":\"Success\",\"AccessKeyId\":\"\",\"SecretAccessKey\":\""
            + SECRET
            + "\",\"Token\":\"t\"}",
        "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\""
            + SECRET
            + "\",\"Token\":\"t\",\"Expiration\":\""
            + SECRET
            + "\"}",
        "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"" + SECRET + "\n\",\"Token\":\"t\"}",
        "{\"AccessKeyId\":\"A\",\"Token\":\"t\",\"SecretAccessKey\":\"" + SECRET
      })
  void a_document_that_cannot_be_used_is_no_part_of_any_message(String document) {
    server.serves(LIST + "web-role", document);
    StringWriter trace = new StringWriter();
    failure().printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).contains(LIST + "web-role").doesNotContain(SECRET);
  }

  @Test
  void nothing_that_can_be_printed_holds_a_secret() {
    servesUntil("ASIA1", "2025-01-01T06:00:00Z");
    AwsCredentials served = provider.resolveCredentials();
    assertThat(provider + " " + served)
        .contains("InstanceMetadataCredentialsProvider[")
        .doesNotContain(SECRET)
        .doesNotContain(SESSION);
  }

  @Test
  void however_many_callers_wait_the_document_is_read_once() throws Exception {
    servesUntil("ASIA1", "2025-01-01T06:00:00Z");
    Set<String> seen = ConcurrentHashMap.newKeySet();
    ExecutorService callers = Executors.newFixedThreadPool(16);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        all.add(callers.submit((Callable<Boolean>) () -> seen.add(keyId())));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      callers.shutdownNow();
    }
    assertThat(seen).containsExactly("ASIA1");
    assertThat(reads()).isEqualTo(1);
  }

  @Test
  void a_client_that_is_closed_is_told_as_such() {
    client.close();
    assertThatThrownBy(provider::resolveCredentials).isInstanceOf(IllegalStateException.class);
    assertThat(provider.toString()).contains(server.endpoint().toString());
  }
}
