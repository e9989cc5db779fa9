package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.awssdk.InstanceMetadataCredentialsProvider;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** 200 is not yet an answer: what perishes is asked for again where it is empty, cut or partial. */
class PerishableDocumentsTest {
  private static final String LIST = "meta-data/iam/security-credentials/";
  private static final String ROLE = LIST + "web-role";
  private static final String INFO = "meta-data/iam/info";
  private static final String IDENTITY = "meta-data/identity-credentials/ec2/info";
  private static final String IDENTITY_ROLE =
      "meta-data/identity-credentials/ec2/security-credentials/ec2-instance";
  private static final String DOCUMENT = "dynamic/instance-identity/document";
  private static final String WHOLE =
      "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAEXAMPLE0000\",\"SecretAccessKey\":\"S\","
          + "\"Token\":\"T\",\"Expiration\":\"2019-01-29T18:06:11Z\"}";

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static Arguments of(
      String path, String partial, String whole, Function<InstanceMetadataClient, Object> call) {
    return Arguments.of(path, partial, whole, call);
  }

  static Stream<Arguments> perishables() {
    String notice = "{\"action\":\"stop\",\"time\":\"2025-01-01T00:00:00Z\"}";
    String rebalance = "{\"noticeTime\":\"2025-01-01T00:00:00Z\"}";
    String info = "{\"Code\":\"Success\",\"AccountId\":\"123456789012\"}";
    String profile =
        "{\"Code\":\"Success\",\"InstanceProfileArn\":"
            + "\"arn:aws:iam::123456789012:instance-profile/web\",\"InstanceProfileId\":\"AIPA\"}";
    Stream<Arguments> others =
        Stream.of("", " \n", "{", "{}", "{\"Code\":\"\"}")
            .flatMap(
                body ->
                    Stream.of(
                        of("meta-data/spot/instance-action", body, notice, c -> c.spot()),
                        of(
                            "meta-data/events/recommendations/rebalance",
                            body,
                            rebalance,
                            c -> c.rebalanceRecommendation()),
                        of(
                            "meta-data/events/maintenance/scheduled",
                            body,
                            "[{\"EventId\":\"e\"}]",
                            c -> c.scheduledMaintenance()),
                        of(IDENTITY, body, info, c -> c.identityCredentials()),
                        of(IDENTITY_ROLE, body, WHOLE, c -> c.identityCredentials()),
                        of(INFO, body, profile, c -> c.iamInfo()),
                        of(ROLE, body, WHOLE, c -> c.credentialsMetadata())));
    Stream<Arguments> events =
        Stream.of(
                "[null]",
                "[7]",
                "[{}]",
                "[[{}],\"x\"]",
                "[{\"State\":\"active\"}]",
                "[{\"EventId\":\"\"}]")
            .flatMap(
                body ->
                    Stream.of(
                        of(
                            "meta-data/events/maintenance/scheduled",
                            body,
                            "[{\"EventId\":\"e\"}]",
                            c -> c.scheduledMaintenance()),
                        of(
                            "meta-data/events/maintenance/history",
                            body,
                            "[null,{\"Code\":\"instance-stop\"}]",
                            c -> c.maintenance())));
    Stream<Arguments> identities =
        Stream.of(
                "",
                " \n",
                "{\n  \"accountId\" : \"12",
                "{}",
                "null",
                "{\"region\":null,\"version\":\"\",\"billingProducts\":[]}",
                WHOLE)
            .flatMap(
                body ->
                    Stream.of(
                        of(DOCUMENT, body, "{\"region\":\"eu\"}", c -> c.identityDocument()),
                        of(DOCUMENT, body, "{\"region\":\"eu\"}", c -> c.region()),
                        of(
                            DOCUMENT,
                            body,
                            "{ \"region\" : \"eu\" }",
                            c ->
                                c.signedIdentityDocument()
                                    .map(d -> new String(d.document(), UTF_8)))));
    Stream<Arguments> words =
        Stream.of("", " \n")
            .flatMap(
                body ->
                    Stream.of(
                        of(
                            "meta-data/autoscaling/target-lifecycle-state",
                            body,
                            "InService",
                            c -> c.autoScalingState()),
                        of(
                            "meta-data/spot/termination-time",
                            body,
                            "2025-01-01T00:00:00Z",
                            c -> c.spot())));
    Stream<Arguments> roles =
        Stream.of(
                WHOLE.replace("\"Expiration\":\"2019-01-29T18:06:11Z\"", "\"Expiration\":null"),
                WHOLE.replace("\"Expiration\":\"2019-01-29T18:06:11Z\"", "\"Expiration\":{}"),
                WHOLE.replace("\"Expiration\":\"2019-01-29T18:06:11Z\"", "\"Expiration\":\"\""),
                WHOLE.replace(",\"Expiration\":\"2019-01-29T18:06:11Z\"", ""),
                WHOLE.replace("\"Token\":\"T\",", ""),
                WHOLE.replace("\"Token\":\"T\"", "\"Token\":\" \""),
                WHOLE.replace("\"Token\":\"T\"", "\"Token\":null"),
                WHOLE.replace("\"SecretAccessKey\":\"S\",", ""),
                WHOLE.replace("\"SecretAccessKey\":\"S\"", "\"SecretAccessKey\":[]"),
                WHOLE.replace("\"AccessKeyId\":\"ASIAEXAMPLE0000\",", ""),
                WHOLE.replace("\"ASIAEXAMPLE0000\"", "7"),
                WHOLE.replace("\"ASIAEXAMPLE0000\"", "true"),
                WHOLE.replace("2019-01-29T18:06:11Z", "29 Jan 2019 18:06:11 GMT"),
                WHOLE.replace("\"Success\"", "[]"),
                WHOLE.replace("\"Success\"", "\"\""))
            .flatMap(
                body ->
                    Stream.of(
                        of(ROLE, body, WHOLE, c -> c.credentialsMetadata()),
                        of(ROLE, body, WHOLE, c -> c.observe().credentials()),
                        of(ROLE, body, WHOLE, c -> c.roleDocument((path, json) -> path)),
                        of(IDENTITY_ROLE, body, WHOLE, c -> c.identityCredentials())));
    return Stream.of(others, events, identities, words, roles).flatMap(each -> each);
  }

  private void serving() {
    server
        .serves(LIST, "web-role")
        .serves(ROLE, WHOLE)
        .serves(IDENTITY, "{\"Code\":\"Success\",\"AccountId\":\"123456789012\"}")
        .serves(IDENTITY_ROLE, WHOLE)
        .serves("dynamic/instance-identity/signature", "QUJD");
  }

  @ParameterizedTest
  @MethodSource("perishables")
  void what_is_not_whole_is_asked_for_again(
      String path, String partial, String whole, Function<InstanceMetadataClient, Object> call) {
    serving();
    server.on("GET /latest/" + path, ok(whole));
    Object expected = call.apply(builder(server).build());
    server.requests().clear();
    server.on("GET /latest/" + path, ok(partial), ok(whole));

    assertThat(call.apply(client)).isEqualTo(expected);
    assertThat(server.trace()).filteredOn(("GET /latest/" + path)::equals).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("perishables")
  void what_stays_so_is_a_failure_with_its_tries_and_never_absence(
      String path, String partial, String whole, Function<InstanceMetadataClient, Object> call) {
    serving();
    server.on("GET /latest/" + path, ok(partial));

    InstanceMetadataException failure =
        catchThrowableOfType(InstanceMetadataException.class, () -> call.apply(client));

    assertThat(failure).as("taken for an answer").isNotNull();
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure.attempts()).isEqualTo(4);
    assertThat(failure.path()).isEqualTo(path);
  }

  @Test
  void the_provider_asks_again_too() {
    serving();
    server.on(
        "GET /latest/" + ROLE,
        ok("{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAEXAMPLE0000\"}"),
        ok(WHOLE.replace("2019", "2999")));
    assertThat(
            InstanceMetadataCredentialsProvider.create(client).resolveCredentials().accessKeyId())
        .isEqualTo("ASIAEXAMPLE0000");
  }

  @Test
  void what_only_the_reader_of_the_sdk_cannot_take_is_told_as_that() {
    serving();
    server.serves(
        ROLE, WHOLE.replace("{", "{\"Unknown\":" + "[".repeat(5000) + "]".repeat(5000) + ","));
    assertThat(client.credentialsMetadata().status()).isEqualTo(RoleCredentials.Status.AVAILABLE);
    assertThatThrownBy(InstanceMetadataCredentialsProvider.create(client)::resolveCredentials)
        .hasMessageContaining("nested");
  }

  @Test
  void a_configured_role_that_is_not_there_is_told_as_a_wrong_name() {
    serving();
    try (InstanceMetadataClient typo = builder(server).roleName("typo").build()) {
      RoleCredentials none = typo.credentialsMetadata();
      assertThat(none.status()).isEqualTo(RoleCredentials.Status.NONE);
      assertThat(none.cure().orElseThrow())
          .contains("\"typo\"", "roleName")
          .doesNotContain("AssociateIamInstanceProfile");
      assertThat(typo.report().describe()).contains("\"typo\"");
    }
  }

  @Test
  void imds_v1_that_is_not_enough_is_told_with_how_the_token_request_ended() {
    server.on("GET /latest/meta-data/instance-id", status(401, ""));
    for (int status : new int[] {403, 404, 405}) {
      server.on(ScriptedMetadataServer.TOKEN, status(status, ""));
      try (InstanceMetadataClient v1 = builder(server).allowImdsV1().build()) {
        InstanceMetadataException failure = Clients.failure(v1, "meta-data/instance-id");
        assertThat(failure.kind()).isEqualTo(Kind.V2_REQUIRED);
        assertThat(failure)
            .hasMessageContainingAll(
                status == 403 ? "ended with FORBIDDEN" : "ended with V1_ONLY",
                "X-Forwarded-For",
                "HttpPutResponseHopLimit");
      }
    }
  }

  @Test
  void a_listing_without_its_slash_is_told_what_it_lacks() {
    server.on("GET /latest/meta-data/iam", status(301, "", "Location: http://127.0.0.1:9/"));
    InstanceMetadataException failure =
        catchThrowableOfType(
            InstanceMetadataException.class, () -> client.listing("meta-data/iam"));
    assertThat(failure.kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
    assertThat(failure).hasMessageContaining("slash");
  }

  @Test
  void a_profile_that_is_not_told_beside_credentials_is_told_as_that() {
    serving();
    assertThat(client.report().describe())
        .contains("not served, though credentials are")
        .doesNotContain("none is associated");
  }
}
