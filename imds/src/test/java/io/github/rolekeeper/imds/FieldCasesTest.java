package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.Clients.said;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people met in the field and reported in public; each test names the report. */
class FieldCasesTest {
  private static final String LIST = "meta-data/iam/security-credentials/";
  private static final String EXTENDED = "meta-data/iam/security-credentials-extended/";
  private static final String INFO = "meta-data/iam/info";

  private static final String DOCUMENT =
      """
      {"AccessKeyId":"ASIAEXAMPLE0000","Code":"Success","Expiration":"2019-01-29T18:06:11Z",\
      "LastUpdated":"2019-01-29T17:36:11Z","SecretAccessKey":"SECRET","Token":"TOKEN",\
      "Type":"AWS-HMAC"}""";

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private List<String> reads() {
    return server.trace().stream().filter(line -> line.startsWith("GET")).toList();
  }

  private InstanceMetadataException refused(Callable<?> call) {
    return catchThrowableOfType(InstanceMetadataException.class, call::call);
  }

  // boto/botocore#1676, behind kube2iam: the SDK took the document for a role's name, asked for it
  // as a path and printed it.
  @Test
  void a_list_that_is_the_document_itself_leaves_by_no_door() {
    server.on("GET /latest/" + LIST, ok(DOCUMENT));
    server.on("GET /latest/" + EXTENDED, ok(DOCUMENT));
    List<Callable<?>> doors =
        List.of(
            client::credentialsMetadata,
            () -> client.roleDocument((path, json) -> path),
            () -> client.text(LIST),
            () -> client.text(LIST.substring(0, LIST.length() - 1) + "/"),
            () -> client.bytes(LIST),
            () -> client.lines(EXTENDED),
            () -> client.listing(LIST));
    for (Callable<?> door : doors) {
      InstanceMetadataException failure = refused(door);

      assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
      assertThat(failure.path()).isIn(LIST, EXTENDED);
      assertThat(said(failure)).doesNotContain("SECRET", "TOKEN", "ASIAEXAMPLE");
      assertThat(failure.excerpt()).isEmpty();
    }
    assertThat(said(refused(client::observe))).doesNotContain("SECRET", "TOKEN");
    assertThat(client.report().describe()).doesNotContain("SECRET", "TOKEN");
    assertThat(String.join("\n", server.trace())).doesNotContain("SECRET");
  }

  // boto/botocore PR#3759: the name is checked before it goes into a request.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../../latest/meta-data/iam/info",
        "r?x=1",
        "a//b",
        "/a",
        "a/",
        "a/../b",
        "a/.",
        "..",
        "a b",
        "a%2e",
        "a\u00e4",
        "<!DOCTYPE html>",
        "a#b",
        "a\\b"
      })
  void a_list_of_what_is_no_role_sends_no_second_request(String line) {
    server.on("GET /latest/" + EXTENDED, ok(line));

    InstanceMetadataException failure = refused(client::credentialsMetadata);

    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(reads()).containsExactly("GET /latest/" + EXTENDED);
  }

  // jtblin/kube2iam#54, #87 and #204; HENNGE/aiodynamo PR#62.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws-us-gov:iam::123456789012:role/bosh-passed/k8s-logger",
        "team-a/S3Access",
        "w+e=b,a.b@c-d_e"
      })
  void an_emulators_role_is_asked_for_as_it_was_listed(String listed) {
    server.serves(LIST, listed);
    server.serves(
        LIST + listed,
        """
        {"Code":"Success","LastUpdated":"2017-03-07T16:23:04Z","Type":"AWS-HMAC",
         "AccessKeyId":"ASIAEXAMPLE0000","SecretAccessKey":"S","Token":"T",
         "Expiration":"2017-03-07T16:53:04Z"}""");

    RoleCredentials credentials = client.credentialsMetadata();

    assertThat(reads()).last().isEqualTo("GET /latest/" + LIST + listed);
    assertThat(credentials).isInstanceOf(RoleCredentials.Available.class);
    CredentialMetadata seen = ((RoleCredentials.Available) credentials).metadata();
    assertThat(seen.roleName()).contains(listed);

    MutableClock clock = MutableClock.at("2017-03-07T16:23:04Z");
    try (CredentialTracker tracker =
        CredentialTracker.builder(() -> CredentialObservation.of(seen)).clock(clock).build()) {
      tracker.poll();
      assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
      clock.advance(Duration.ofMinutes(16));
      assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRING);
    }
  }

  // jtblin/kube2iam: what it answers to a role that it does not know.
  @Test
  void a_403_with_a_text_is_no_document() {
    server.on("GET /latest/" + EXTENDED, status(404, ""));
    server.serves(LIST, "unknown");
    server.on("GET /latest/" + LIST + "unknown", status(403, "Valid role unknown not found"));

    assertThat(refused(client::credentialsMetadata).kind()).isEqualTo(Kind.FORBIDDEN);
  }

  private void exchangeTheRole(ScriptedMetadataServer.Reply forTheOldOne) {
    server.on("GET /latest/" + LIST, ok("old-role"), ok("new-role"));
    server.on("GET /latest/" + LIST + "old-role", ok(DOCUMENT), forTheOldOne);
    server.serves(LIST + "new-role", DOCUMENT);
    assertThat(servedRole()).contains("old-role");
  }

  private Optional<String> servedRole() {
    return client.observe().credentials().flatMap(CredentialMetadata::roleName);
  }

  // The same answer for a role that it knew a moment ago, because another one took its place.
  @ParameterizedTest
  @ValueSource(ints = {400, 403})
  void a_remembered_role_that_is_refused_is_listed_anew_in_the_same_read(int code) {
    exchangeTheRole(status(code, "unknown role"));

    assertThat(servedRole()).contains("new-role");
    server.requests().clear();
    assertThat(servedRole()).contains("new-role");
    assertThat(reads()).containsExactly("GET /latest/" + INFO, "GET /latest/" + LIST + "new-role");
  }

  static Stream<ScriptedMetadataServer.Reply> failures() {
    return Stream.of(status(500, ""), status(503, ""), status(405, ""), ok(""), raw(""));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void a_remembered_role_that_fails_is_listed_anew_by_the_next_read(
      ScriptedMetadataServer.Reply failing) {
    exchangeTheRole(failing);

    assertThat(refused(client::observe).path()).isEqualTo(LIST + "old-role");
    assertThat(servedRole()).contains("new-role");
  }

  @Test
  void a_remembered_role_that_is_listed_still_and_refused_is_a_failure_of_its_document() {
    server.serves(LIST, "old-role");
    server.on("GET /latest/" + LIST + "old-role", ok(DOCUMENT), status(403, ""));
    client.credentialsMetadata();

    InstanceMetadataException failure = refused(client::credentialsMetadata);

    assertThat(failure.kind()).isEqualTo(Kind.FORBIDDEN);
    assertThat(failure.path()).isEqualTo(LIST + "old-role");
  }

  // JuliaCloud/AWS.jl#434, envoyproxy/envoy#8325 (kiam): agents let security-credentials through
  // and nothing else; moto raises an error at a path that it does not know.
  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 405, 500})
  void credentials_are_observed_although_the_profile_is_withheld(int code) {
    server.on("GET /latest/" + INFO, status(code, ""));
    server.serves(LIST, "web-role").serves(LIST + "web-role", DOCUMENT);
    MutableClock clock = MutableClock.at("2019-01-29T17:36:11Z");
    try (CredentialTracker tracker =
        CredentialTracker.builder(client::observe).clock(clock).build()) {
      tracker.poll();

      assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
      assertThat(tracker.snapshot().flags()).isEmpty();
      assertThat(tracker.snapshot().forecast()).isEmpty();
    }
  }

  static Stream<ScriptedMetadataServer.Reply> noAnswers() {
    return Stream.of(status(401, ""), status(429, ""), status(503, ""), ok(""), ok("{"), raw(""));
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void a_profile_that_is_not_told_for_a_moment_is_a_failure(ScriptedMetadataServer.Reply reply) {
    server.on("GET /latest/" + INFO, reply);
    server.serves(LIST, "web-role").serves(LIST + "web-role", DOCUMENT);
    assertThat(refused(client::observe).path()).isEqualTo(INFO);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 500})
  void a_profile_that_is_withheld_and_no_credentials_beside_it_are_a_failure(int code) {
    server.on("GET /latest/" + INFO, status(code, ""));
    assertThat(refused(client::observe).path()).isEqualTo(INFO);
    server.on("GET /latest/" + LIST, status(code, ""));
    assertThat(refused(client::observe).path()).isEqualTo(INFO);
    server.serves(LIST, "web-role");
    server.serves(LIST + "web-role", "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}");
    assertThat(refused(client::observe).path()).isEqualTo(INFO);
  }

  @Test
  void a_foretold_loss_is_not_taken_back_while_the_service_fails() {
    server.on("GET /latest/" + INFO, ok("{\"Code\":\"InstanceProfileNotFound\"}"), status(500, ""));
    server.serves(LIST, "web-role").serves(LIST + "web-role", DOCUMENT);
    MutableClock clock = MutableClock.at("2019-01-29T17:36:11Z");
    try (CredentialTracker tracker =
        CredentialTracker.builder(client::observe).clock(clock).build()) {
      tracker.poll();
      tracker.poll();

      assertThat(tracker.snapshot().forecast().orElseThrow().latest())
          .contains(Instant.parse("2019-01-29T18:06:11Z"));
    }
  }

  // aws/aws-sdk-php#1664, aws/aws-sdk-ruby#913 and #880, boto/botocore#1049 and #1403,
  // boto/boto#1868: single answers were so, and the next one good.
  static Stream<String> cutOrIncomplete() {
    return Stream.of(
        "",
        " \n",
        "{\n  \"Code\" : \"S",
        "{",
        "null",
        "{\"Code\":\"Success\"}",
        "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAEXAMPLE0000\",\"Expiration\":\"soon\"}",
        DOCUMENT.substring(0, DOCUMENT.length() - 1));
  }

  @ParameterizedTest
  @MethodSource("cutOrIncomplete")
  void a_document_that_is_empty_or_cut_is_asked_for_again(String body) {
    server.serves(LIST, "web-role");
    server.on("GET /latest/" + LIST + "web-role", ok(body), ok(DOCUMENT));

    assertThat(client.credentialsMetadata()).isInstanceOf(RoleCredentials.Available.class);
    assertThat(reads()).filteredOn(("GET /latest/" + LIST + "web-role")::equals).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("cutOrIncomplete")
  void a_document_that_stays_so_is_a_failing_source_and_what_was_known_is_kept(String body) {
    MutableClock clock = MutableClock.at("2019-01-29T17:36:11Z");
    server.serves(LIST, "web-role");
    server.on("GET /latest/" + LIST + "web-role", ok(DOCUMENT), ok(body));
    try (CredentialTracker tracker =
        CredentialTracker.builder(client::observe).clock(clock).build()) {
      tracker.poll();
      tracker.poll();

      assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
      assertThat(tracker.snapshot().remaining()).contains(Duration.ofMinutes(30));
      InstanceMetadataException failure = refused(client::credentialsMetadata);
      assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
      assertThat(failure.attempts()).isEqualTo(4);
    }
  }

  @Test
  void an_empty_info_document_is_asked_for_again_and_is_not_no_profile() {
    server.on(
        "GET /latest/" + INFO,
        ok(""),
        ok(
            "{\"Code\":\"Success\",\"InstanceProfileArn\":"
                + "\"arn:aws:iam::123456789012:instance-profile/web\","
                + "\"InstanceProfileId\":\"AIPAEXAMPLE\"}"));
    assertThat(client.iamInfo()).isInstanceOf(IamInfo.Associated.class);

    server.on("GET /latest/" + INFO, ok(""));
    assertThat(refused(client::iamInfo).attempts()).isEqualTo(4);
  }

  @Test
  void an_empty_list_is_no_role() {
    server.serves(LIST, "");
    assertThat(client.credentialsMetadata()).isInstanceOf(RoleCredentials.None.class);
    assertThat(client.text(LIST)).contains("");
  }

  // Captures: ansible/ansible PR#68098 (switched off), aws/aws-sdk-kotlin#627 and
  // jtblin/kube2iam PR#279 (X-Forwarded-For), aws-beam/aws_credentials#47 (a slash at the end).
  @Test
  void a_403_of_ec2_has_two_causes_and_both_are_told() {
    server.on(
        TOKEN,
        raw(
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n"
                + "Server: EC2ws\r\nConnection: close\r\n\r\n"));

    InstanceMetadataException failure = refused(() -> client.text("meta-data/instance-id"));

    assertThat(failure.kind()).isEqualTo(Kind.FORBIDDEN);
    assertThat(failure.attempts()).isEqualTo(1);
    assertThat(failure)
        .hasMessageContainingAll(
            "HttpEndpoint", "ModifyInstanceMetadataOptions", "X-Forwarded-For", "403");
    assertThat(server.trace()).containsExactly(TOKEN);
    assertThat(TOKEN).doesNotEndWith("/");
  }

  // jtblin/kube2iam PR#119, #237; uswitch/kiam#116; minio/minio-go#1114.
  @Test
  void the_list_without_its_slash_is_not_followed_elsewhere() {
    String without = LIST.substring(0, LIST.length() - 1);
    try (ScriptedMetadataServer elsewhere = ScriptedMetadataServer.start()) {
      server.on(
          "GET /latest/" + without,
          raw(
              "HTTP/1.0 301 Moved Permanently\r\nLocation: "
                  + elsewhere.endpoint()
                  + "/latest/"
                  + LIST
                  + "\r\nContent-Length: 0\r\nConnection: close\r\nServer: EC2ws\r\n\r\n"));
      assertThat(refused(() -> client.text(without)).kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
      assertThat(elsewhere.connections()).isZero();
    }
    server.on("GET /latest/" + without, ok(""));
    assertThat(client.text(without)).contains("");
    server.on("GET /latest/" + EXTENDED, status(404, ""));
    server.on(
        "GET /latest/" + LIST,
        raw(
            "HTTP/1.0 200 OK\r\nAccept-Ranges: bytes\r\nETag: \"3138592401\"\r\n"
                + "Content-Length: 0\r\nConnection: close\r\n\r\n"));
    assertThat(client.credentialsMetadata()).isInstanceOf(RoleCredentials.None.class);
    assertThat(reads()).contains("GET /latest/" + LIST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "meta-data/iam/security-credentials/web-role",
        "meta-data/iam/security-credentials//web-role",
        "meta-data//iam//security-credentials/web-role/",
        "meta-data/iam/security-credentials-extended/web-role",
        "meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
        "meta-data/iam/SECURITY-credentials/web-role",
        "meta-data/iam/security%2Dcredentials/web-role",
        "meta-data/iam/%73ecurity-credentials%2fweb-role",
        "meta-data/iam/security%252dcredentials/web-role",
        "meta-data/iam/security-credentials;v=1/web-role",
        "meta-data/iam/security-credentials?/web-role"
      })
  void credentials_are_not_read_as_text_however_their_path_is_spelt(String path) {
    List<Callable<?>> doors =
        List.of(
            () -> client.text(path),
            () -> client.bytes(path),
            () -> client.lines(path),
            () -> client.listing(path));
    for (Callable<?> door : doors) {
      assertThatThrownBy(door::call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("credentialsMetadata()", "identityCredentials()")
          .hasMessageNotContaining("web-role");
    }
    assertThat(server.trace()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"meta-data/%2e%2e/user-data", "meta-data/%252E/x", "%2e%2e"})
  void a_dot_segment_is_none_the_better_for_being_encoded(String path) {
    assertThatThrownBy(() -> client.text(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dot segment");
  }

  // What the builder leaves no place for may be anything.
  @Test
  void a_bad_setting_that_plays_no_part_is_no_obstacle() {
    Lookups nonsense =
        new Lookups(
            name -> null,
            name ->
                name.equals("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
                        || name.equals("AWS_METADATA_SERVICE_TIMEOUT")
                    ? "nonsense"
                    : null,
            key -> Optional.empty());
    server.serves("meta-data/instance-id", "i-1");

    try (InstanceMetadataClient built = builder(server).lookups(nonsense).build()) {
      assertThat(built.text("meta-data/instance-id")).contains("i-1");
    }
    assertThatThrownBy(() -> InstanceMetadataClient.builder().lookups(nonsense).build())
        .hasMessageContaining("nonsense");
  }
}
