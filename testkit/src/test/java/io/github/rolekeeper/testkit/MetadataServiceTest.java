package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** The metadata service of an instance on the wire. */
class MetadataServiceTest {
  private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds";
  private static final String TOKEN = "X-aws-ec2-metadata-token";
  private static final String INFO = "/latest/meta-data/iam/info";
  private static final String ROLES = "/latest/meta-data/iam/security-credentials/";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private SimulatedAccount account;
  private SimulatedInstance instance;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
  }

  @AfterEach
  void close() {
    account.close();
  }

  @Test
  void credentials_with_an_account_are_served_only_where_the_rule_is_off() throws Exception {
    String extended = ROLES.replace("credentials/", "credentials-extended/");
    assertThat(get(extended, token("60").body()).statusCode()).isEqualTo(404);
    account.close();
    account = SimulatedAccount.builder().without(Rule.EXTENDED_CREDENTIALS_ARE_ABSENT).build();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    String token = token("60").body();
    assertThat(get(extended, token).body()).isEqualTo("web-role");
    assertThat(get(extended + "web-role", token).body())
        .contains("\"AccountId\" : \"" + account.accountId() + "\"");
    assertThat(get(ROLES + "web-role", token).body()).doesNotContain("AccountId");
  }

  @Test
  void a_token_is_granted_for_the_time_asked_and_refused_after_it() throws Exception {
    HttpResponse<String> granted = token("60");
    assertThat(granted.statusCode()).isEqualTo(200);
    assertThat(granted.headers().firstValue(TTL)).contains("60");

    assertThat(get("/latest/meta-data/instance-id", granted.body()).body())
        .isEqualTo(instance.id());
    account.clock().advance(Duration.ofSeconds(60));
    assertThat(get("/latest/meta-data/instance-id", granted.body()).statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "21601", "-1", "soon", "99999999999", "1.5"})
  void a_token_is_not_granted_for_a_time_out_of_range(String ttl) throws Exception {
    assertThat(token(ttl).statusCode()).isEqualTo(400);
  }

  @Test
  void an_instance_that_requires_tokens_refuses_a_request_without_one() throws Exception {
    String id;
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      id =
          ec2.runInstances(
                  r ->
                      r.imageId("ami-1")
                          .minCount(1)
                          .maxCount(1)
                          .iamInstanceProfile(p -> p.name("web"))
                          .metadataOptions(o -> o.httpTokens("required")))
              .instances()
              .get(0)
              .instanceId();
    }
    instance = account.instance(id);

    assertThat(get(ROLES, null).statusCode()).isEqualTo(401);
    assertThat(get(ROLES, token("60").body()).body()).isEqualTo("web-role");
  }

  @Test
  void a_token_of_another_instance_is_refused() throws Exception {
    String other = token("60").body();
    instance = account.launchInstance("web");

    assertThat(get(ROLES, other).statusCode()).isEqualTo(401);
  }

  @Test
  void credentials_are_renewed_every_hour_under_another_key() throws Exception {
    String first = get(ROLES + "web-role", null).body();
    account.clock().advance(Duration.ofMinutes(59));
    assertThat(get(ROLES + "web-role", null).body()).isEqualTo(first);
    account.clock().advance(Duration.ofMinutes(1));
    assertThat(get(ROLES + "web-role", null).body()).isNotEqualTo(first);
  }

  @Test
  void a_deleted_profile_shows_at_the_next_renewal_while_its_credentials_live_on()
      throws Exception {
    account.deleteInstanceProfile("web");
    assertThat(get(INFO, null).body()).contains("\"Code\" : \"Success\"");

    account.clock().advance(Duration.ofHours(1));
    assertThat(get(INFO, null).body())
        .contains("\"Code\" : \"InstanceProfileNotFound\"")
        .contains("cannot be found");
    assertThat(get(ROLES, null).body()).isEqualTo("web-role");

    account.clock().advance(Duration.ofHours(5));
    assertThat(get(ROLES, null).statusCode()).isEqualTo(404);
  }

  @Test
  void an_instance_without_a_profile_has_no_iam_folder() throws Exception {
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      String association =
          ec2.describeIamInstanceProfileAssociations()
              .iamInstanceProfileAssociations()
              .get(0)
              .associationId();
      ec2.disassociateIamInstanceProfile(r -> r.associationId(association));
    }
    assertThat(get(INFO, null).statusCode()).isEqualTo(404);
    assertThat(get("/latest/meta-data/", null).body())
        .contains("instance-id")
        .doesNotContain("iam");
  }

  @Test
  void nobody_answers_while_the_instance_is_stopped() throws Exception {
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
      assertThatThrownBy(() -> get(INFO, null)).isInstanceOf(IOException.class);
      ec2.startInstances(r -> r.instanceIds(instance.id()));
    }
    assertThat(get(INFO, null).statusCode()).isEqualTo(200);
  }

  @Test
  void the_journal_has_requests_that_nobody_answers() throws Exception {
    String unknown = instance.metadataEndpoint().toString().replace(instance.id(), "i-0");
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
      assertThatThrownBy(() -> get(INFO, null)).isInstanceOf(IOException.class);
      ec2.terminateInstances(r -> r.instanceIds(instance.id()));
      assertThatThrownBy(() -> get(ROLES, null)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> send(HttpRequest.newBuilder(URI.create(unknown + INFO))))
        .isInstanceOf(IOException.class);

    String stopped = "GET %s REFUSED by %s".formatted(INFO, instance.id());
    String terminated = "GET %s REFUSED by %s".formatted(ROLES, instance.id());
    assertThat(refusals())
        // The client may try again where a connection ends without an answer.
        .containsOnly(stopped, terminated, "GET %s REFUSED by i-0".formatted(INFO));
  }

  @Test
  void the_journal_has_requests_to_a_service_that_is_off() throws Exception {
    account.close();
    account = SimulatedAccount.builder().without(Rule.DISABLED_METADATA_ANSWERS_403).build();
    instance = account.launchInstance(InstanceOptions.of());
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.modifyInstanceMetadataOptions(r -> r.instanceId(instance.id()).httpEndpoint("disabled"));
    }
    assertThatThrownBy(() -> get(INFO, null)).isInstanceOf(IOException.class);

    assertThat(refusals())
        .isNotEmpty()
        .containsOnly("GET %s REFUSED by %s".formatted(INFO, instance.id()));
  }

  @Test
  void the_journal_names_the_fault_that_kept_a_request_from_the_service() throws Exception {
    account.inject(Fault.connectionReset().on("GET " + INFO));
    assertThatThrownBy(() -> get(INFO, null)).isInstanceOf(IOException.class);

    assertThat(refusals())
        .isNotEmpty()
        .containsOnly("GET %s CONNECTION_RESET by %s".formatted(INFO, instance.id()));
  }

  private List<String> refusals() {
    return account.calls().stream()
        .filter(call -> call.service().equals("imds"))
        .map(
            call ->
                call.operation()
                    + " "
                    + call.outcome()
                    + " by "
                    + call.parameters().get("InstanceId"))
        .toList();
  }

  /** Captures: see the README. */
  @Test
  void a_403_is_empty_whatever_its_cause() throws Exception {
    String token = token("21600").body();
    List<HttpRequest.Builder> refused =
        List.of(
            request("/2021-03-23/api/token").header(TTL, "60").PUT(nothing()),
            request("/latest/api/token/").header(TTL, "60").PUT(nothing()),
            request("/latest/api/token")
                .header(TTL, "60")
                .header("X-Forwarded-For", "10.0.0.1")
                .PUT(nothing()),
            request(INFO)
                .header("X-aws-ec2-metadata-token", token)
                .header("X-Forwarded-For", "10.0.0.1")
                .GET());
    for (HttpRequest.Builder each : refused) {
      assertForbidden(send(each));
    }
    assertThat(send(request(INFO).header("X-Forwarded-For", "10.0.0.1").GET()).statusCode())
        .as("without a token, where IMDSv1 is on")
        .isEqualTo(200);
  }

  private static void assertForbidden(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain");
    assertThat(answer.headers().firstValue("Content-Length")).contains("0");
    assertThat(answer.headers().firstValue("Server")).contains("EC2ws");
  }

  @Test
  void only_the_token_is_put_and_only_at_its_own_path() throws Exception {
    assertThat(send(request("/latest/api/token").GET()).statusCode()).isEqualTo(405);
    assertThat(send(request(INFO).POST(nothing())).statusCode()).isEqualTo(405);
  }

  @Test
  void a_token_is_not_granted_without_a_time() throws Exception {
    assertThat(send(request("/latest/api/token").PUT(nothing())).statusCode()).isEqualTo(400);
  }

  @Test
  void an_answer_says_how_long_its_token_lives_on() throws Exception {
    String token = token("21600").body();
    account.clock().advance(Duration.ofSeconds(100));

    assertThat(get(INFO, token).headers().firstValue(TTL)).contains("21500");
    assertThat(get(INFO, null).headers().firstValue(TTL)).isEmpty();
    assertThat(get("/latest/meta-data/none", token).statusCode()).isEqualTo(404);
  }

  @Test
  void a_wrong_method_is_told_the_right_ones() throws Exception {
    assertThat(send(request("/latest/api/token").GET()).headers().firstValue("Allow"))
        .contains("OPTIONS, PUT");
    assertThat(send(request(INFO).DELETE()).statusCode()).isEqualTo(405);
  }

  private HttpResponse<String> token(String ttl) throws Exception {
    return send(request("/latest/api/token").header(TTL, ttl).PUT(nothing()));
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    HttpRequest.Builder request = request(path);
    return send(token == null ? request : request.header(TOKEN, token));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(instance.metadataEndpoint() + path));
  }

  private static HttpRequest.BodyPublisher nothing() {
    return HttpRequest.BodyPublishers.noBody();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void a_fault_waits_until_somebody_is_there_to_answer() throws Exception {
    account.inject(Fault.status(503).on("imds:*").times(1));
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
      assertThatThrownBy(() -> get(INFO, null)).isInstanceOf(IOException.class);
      ec2.startInstances(r -> r.instanceIds(instance.id()));
    }

    assertThat(get(INFO, null).statusCode()).isEqualTo(503);
    assertThat(get(INFO, null).statusCode()).isEqualTo(200);
    assertThat(account.calls())
        .filteredOn(call -> call.outcome().equals("REFUSED"))
        .isNotEmpty()
        .allSatisfy(call -> assertThat(call.fault()).isEmpty());
  }

  @Test
  void another_actor_may_act_before_a_request_that_nobody_answers() throws Exception {
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
      account.inject(
          Fault.anotherActor(() -> ec2.startInstances(r -> r.instanceIds(instance.id())))
              .on("imds:*"));

      assertThat(get(INFO, null).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void who_asks_for_the_methods_is_told_them() throws Exception {
    HttpResponse<String> answer = send(request(INFO).method("OPTIONS", nothing()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Allow")).contains("OPTIONS, GET, HEAD");
  }

  @Test
  void a_request_that_cannot_be_read_is_answered_by_the_service_and_in_the_journal()
      throws Exception {
    HttpAnswer answer =
        account.exchange(
            "GET", "/_instances/" + instance.id() + INFO + "?x=%zz", Map.of(), new byte[0]);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.headers()).containsEntry("Server", "EC2ws").containsKey("Date");
    assertThat(account.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.service()).isEqualTo("imds");
              assertThat(call.outcome()).isEqualTo("400");
              assertThat(call.parameters()).containsEntry("InstanceId", instance.id());
            });
  }
}
