package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ConcurrentModificationException;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;

/** Faults as clients that we did not write see them. */
class FaultTest {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private IamClient iam;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    iam =
        SdkClients.administrator(account)
            .build(
                IamClient.builder()
                    .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())));
  }

  @AfterEach
  void close() {
    iam.close();
    account.close();
  }

  @Test
  void the_sdk_retries_what_is_throttled_and_every_attempt_is_in_the_journal() {
    account.inject(Fault.throttled().on("GetInstanceProfile").times(2));
    try (var patient = SdkClients.administrator(account).build(IamClient.builder())) {
      patient.getInstanceProfile(r -> r.instanceProfileName("web"));
    }

    assertThat(account.calls())
        .extracting(ApiCall::outcome)
        .containsExactly("Throttling", "Throttling", "OK");
  }

  @Test
  void a_fault_happens_within_its_time_and_counts_no_request_outside_it() {
    Instant start = account.clock().instant();
    account.inject(
        Fault.internalError()
            .on("ListRoles")
            .times(1)
            .between(start.plusSeconds(60), start.plusSeconds(120)));

    iam.listRoles();
    account.clock().advance(Duration.ofSeconds(60));
    assertThatThrownBy(iam::listRoles).hasMessageContaining("500");
    iam.listRoles();
    account.clock().advance(Duration.ofSeconds(60));
    iam.listRoles();
  }

  @Test
  void an_outage_lasts_as_long_as_it_was_injected_for() {
    account.clock().advance(Duration.ofHours(1));
    account.inject(Fault.unavailable().during(Duration.ofMinutes(10)));

    account.clock().advance(Duration.ofMinutes(10).minusNanos(1));
    assertThatThrownBy(iam::listRoles).hasMessageContaining("503");
    account.clock().advance(Duration.ofNanos(1));
    iam.listRoles();
  }

  @Test
  void a_window_that_is_no_time_is_refused() {
    Instant now = account.clock().instant();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.refused().between(now, now))
        .withMessageContaining("must be after");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.refused().during(Duration.ZERO))
        .withMessageContaining("more than zero");
    assertThatCode(
            () ->
                account.inject(
                    Fault.refused().on("none").during(Duration.ofSeconds(Long.MAX_VALUE))))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "iam, 400, Throttling",
    "sts, 400, Throttling",
    "autoscaling, 400, Throttling",
    "cloudtrail, 400, ThrottlingException",
    "ec2, 503, RequestLimitExceeded",
    "s3, 503, SlowDown"
  })
  void a_throttled_call_is_refused_as_the_service_does(String service, int status, String code)
      throws Exception {
    account.inject(Fault.throttled());

    assertRefused(service, status, code);
  }

  @ParameterizedTest
  @CsvSource({
    "iam, 500, ServiceFailure",
    "sts, 500, InternalFailure",
    "autoscaling, 500, InternalFailure",
    "cloudtrail, 500, InternalFailure",
    "ec2, 500, InternalError",
    "s3, 500, InternalError"
  })
  void an_internal_error_is_the_services_own(String service, int status, String code)
      throws Exception {
    account.inject(Fault.internalError().on(service + ":*"));

    assertRefused(service, status, code);
  }

  private void assertRefused(String service, int status, String code) throws Exception {
    HttpResponse<String> answer =
        RawCall.send(
            account,
            service,
            "AKIAIOSFODNN7EXAMPLE/20230307/us-east-1/" + service + "/aws4_request");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(RawCall.code(answer)).isEqualTo(code);
  }

  @Test
  void a_load_balancers_page_is_no_xml_of_the_service() {
    account.inject(Fault.unavailable());

    assertThatThrownBy(() -> iam.listInstanceProfiles())
        .isInstanceOfSatisfying(
            AwsServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(503));
  }

  @Test
  void a_concurrent_modification_is_typed_by_the_sdk() {
    account.inject(Fault.concurrentModification().on("CreateInstanceProfile"));

    assertThatThrownBy(() -> iam.createInstanceProfile(r -> r.instanceProfileName("other")))
        .isInstanceOf(ConcurrentModificationException.class);
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void an_error_of_the_tests_choice_reaches_the_client() {
    account.inject(Fault.error(400, "UnmodifiableEntity", "service-linked"));

    assertThatThrownBy(() -> iam.createInstanceProfile(r -> r.instanceProfileName("other")))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnmodifiableEntity"));
  }

  @Test
  void a_write_whose_answer_is_lost_has_taken_effect() {
    account.inject(Fault.lostAnswer().on("CreateInstanceProfile").times(1));

    assertThatThrownBy(() -> iam.createInstanceProfile(r -> r.instanceProfileName("other")))
        .isInstanceOf(SdkClientException.class);
    assertThat(account.mutatingCalls()).containsExactly("CreateInstanceProfile");
    assertThat(account.calls()).extracting(ApiCall::fault).containsExactly("LOST_ANSWER");
    assertThatThrownBy(() -> iam.createInstanceProfile(r -> r.instanceProfileName("other")))
        .isInstanceOf(EntityAlreadyExistsException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset", "refused", "silence"})
  void a_write_that_never_arrived_has_no_effect(String how) {
    // It stays until the end: on a busy machine the client may give up before the account has read
    // the request.
    Fault fault =
        switch (how) {
          case "reset" -> Fault.connectionReset();
          case "refused" -> Fault.refused();
          default -> Fault.noAnswer();
        };
    account.inject(fault.on("CreateInstanceProfile"));
    // Only silence needs the client's own end.
    var patience = how.equals("silence") ? Duration.ofSeconds(1) : Duration.ofSeconds(60);

    assertThatThrownBy(
            () ->
                iam.createInstanceProfile(
                    r ->
                        r.instanceProfileName("other")
                            .overrideConfiguration(o -> o.apiCallTimeout(patience))))
        .isInstanceOf(SdkClientException.class);
    assertThat(iam.listInstanceProfiles().instanceProfiles()).hasSize(1);
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void a_truncated_answer_is_unreadable_and_has_taken_effect() {
    account.inject(Fault.truncated().on("CreateInstanceProfile"));

    assertThatThrownBy(() -> iam.createInstanceProfile(r -> r.instanceProfileName("other")))
        .isInstanceOf(SdkClientException.class);
    assertThat(account.mutatingCalls()).containsExactly("CreateInstanceProfile");
  }

  @Test
  void a_slow_answer_comes() {
    account.inject(Fault.slow(Duration.ofMillis(20)));

    assertThat(iam.listInstanceProfiles().instanceProfiles()).hasSize(1);
  }

  @Test
  void another_actor_changes_things_between_two_calls_with_a_client_of_its_own() {
    account.inject(
        Fault.anotherActor(
                () ->
                    iam.removeRoleFromInstanceProfile(
                        r -> r.instanceProfileName("web").roleName("web-role")))
            .on("iam:*")
            .atCalls(2));

    assertThat(iam.listInstanceProfiles().instanceProfiles().get(0).roles()).hasSize(1);
    assertThat(iam.listInstanceProfiles().instanceProfiles().get(0).roles()).isEmpty();
    assertThat(iam.listInstanceProfiles().instanceProfiles().get(0).roles()).isEmpty();
  }

  @Test
  void an_actor_that_fails_stops_neither_the_request_nor_the_actors_after_it() {
    account.inject(
        Fault.anotherActor(
                () -> {
                  throw new IllegalStateException("the other one stumbles");
                })
            .atCalls(1));
    account.inject(Fault.anotherActor(() -> account.deleteInstanceProfile("web")).atCalls(2));

    iam.listInstanceProfiles();

    assertThat(iam.listInstanceProfiles().instanceProfiles()).isEmpty();
  }

  @Test
  void while_one_actor_acts_another_may_still_be_set_off_by_what_the_first_one_does() {
    account.inject(
        Fault.anotherActor(
                () -> iam.createInstanceProfile(r -> r.instanceProfileName("of-the-first")))
            .on("ListInstanceProfiles")
            .atCalls(1));
    account.inject(
        Fault.anotherActor(() -> account.deleteInstanceProfile("web"))
            .on("CreateInstanceProfile")
            .atCalls(1));

    assertThat(iam.listInstanceProfiles().instanceProfiles())
        .extracting(profile -> profile.instanceProfileName())
        .containsExactly("of-the-first");
  }

  @Test
  void an_actor_is_set_off_by_each_request_that_it_is_due_for_and_by_none_of_its_own() {
    account.inject(
        Fault.anotherActor(
                () -> account.clock().advance(Duration.ofSeconds(iam.listRoles().roles().size())))
            .on("iam:List*"));
    Instant before = account.clock().instant();

    iam.listInstanceProfiles();
    iam.listInstanceProfiles();

    assertThat(account.clock().instant()).isEqualTo(before.plusSeconds(2));
  }

  @Test
  void a_schedule_names_the_calls_that_fail() {
    account.inject(Fault.internalError().on("ListInstanceProfiles").atCalls(2, 4));

    assertThat(outcomesOf(5)).containsExactly(true, false, true, false, true);
  }

  @Test
  void chance_is_the_same_in_every_run() {
    account.inject(Fault.internalError().withProbability(0.5, 7));
    List<Boolean> first = outcomesOf(30);
    account.clearFaults();
    account.inject(Fault.internalError().withProbability(0.5, 7));

    assertThat(outcomesOf(30)).isEqualTo(first).contains(true, false);
  }

  private List<Boolean> outcomesOf(int calls) {
    return IntStream.range(0, calls)
        .mapToObj(
            call -> {
              try {
                iam.listInstanceProfiles();
                return true;
              } catch (AwsServiceException e) {
                return false;
              }
            })
        .toList();
  }

  @Test
  void the_fault_that_was_injected_first_happens() throws Exception {
    account.inject(Fault.error(400, "First", "").times(1));
    account.inject(Fault.error(400, "Second", ""));

    assertRefused("iam", 400, "First");
    assertRefused("iam", 400, "Second");
  }

  @Test
  void a_fault_of_one_instance_spares_the_others() throws Exception {
    SimulatedInstance other = account.launchInstance("web");
    account.inject(Fault.status(503).on("imds:*").forInstance(instance.id()));

    assertThat(get(instance, "/latest/meta-data/").statusCode()).isEqualTo(503);
    assertThat(get(other, "/latest/meta-data/").statusCode()).isEqualTo(200);
    assertThatCode(() -> iam.listInstanceProfiles()).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 404, 429, 500, 503})
  void the_metadata_service_answers_any_error_with_its_page(int status) throws Exception {
    account.inject(Fault.status(status).on("GET /latest/meta-data/iam/*"));

    HttpResponse<String> answer = get(instance, "/latest/meta-data/iam/info");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains("<title>" + status + " - ");
    assertThat(answer.headers().firstValue("Server")).contains("EC2ws");
  }

  @Test
  void beyond_the_hop_limit_the_token_is_never_answered() {
    account.inject(Fault.noAnswer().on("PUT /latest/api/token"));

    assertThatThrownBy(() -> token(Duration.ofMillis(500)))
        .isInstanceOf(HttpTimeoutException.class);
  }

  @Test
  void a_token_can_come_without_its_remaining_time() throws Exception {
    account.inject(Fault.withoutHeader("x-aws-ec2-metadata-token-ttl-seconds"));

    HttpResponse<String> token = token();
    assertThat(token.statusCode()).isEqualTo(200);
    assertThat(token.headers().firstValue("X-aws-ec2-metadata-token-ttl-seconds")).isEmpty();
  }

  @Test
  void the_metadata_can_be_redirected_mistyped_garbled_blown_up_dripped_and_cut() throws Exception {
    String path = "/latest/meta-data/iam/info";
    String whole = get(instance, path).body();

    assertThat(with(Fault.redirect("http://127.0.0.1:1/"), path))
        .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(302))
        .satisfies(
            answer ->
                assertThat(answer.headers().firstValue("Location"))
                    .contains("http://127.0.0.1:1/"));
    assertThat(with(Fault.contentType("image/png"), path).headers().firstValue("Content-Type"))
        .contains("image/png");
    assertThat(with(Fault.garbled(), path).body()).isNotEqualTo(whole);
    assertThat(with(Fault.oversize(2_000_000), path).body()).hasSize(2_000_000 + whole.length());
    assertThat(with(Fault.dripped(Duration.ofMillis(40)), path).body()).isEqualTo(whole);
    assertThat(with(Fault.truncated(), path).body())
        .isEqualTo(whole.substring(0, whole.length() / 2));
    account.clearFaults();
    account.inject(Fault.lostAnswer()); // for as often as the JDK's client tries
    assertThatThrownBy(() -> get(instance, path)).isInstanceOf(IOException.class);
  }

  @Test
  void a_new_profile_or_role_bears_its_id_for_its_arn_in_so_many_reads() {
    account.inject(Fault.idForArn(2).on("CreateInstanceProfile", "CreateRole"));
    var created = iam.createInstanceProfile(r -> r.instanceProfileName("new")).instanceProfile();
    var role =
        iam.createRole(r -> r.roleName("new").assumeRolePolicyDocument(SimulatedAccount.EC2_TRUST))
            .role();

    assertThat(created.arn()).isEqualTo(created.instanceProfileId()).startsWith("AIPA");
    assertThat(role.arn()).isEqualTo(role.roleId()).startsWith("AROA");
    for (int read = 0; read < 2; read++) {
      assertThat(profileArn("new")).isEqualTo(created.instanceProfileId());
      assertThat(profileArn("web")).startsWith("arn:aws:iam::");
      assertThat(iam.getRole(r -> r.roleName("new")).role().arn()).isEqualTo(role.roleId());
    }
    assertThat(profileArn("new")).isEqualTo("arn:aws:iam::123456789012:instance-profile/new");
    assertThat(iam.getRole(r -> r.roleName("new")).role().arn())
        .isEqualTo("arn:aws:iam::123456789012:role/new");
  }

  private String profileArn(String name) {
    return iam.getInstanceProfile(r -> r.instanceProfileName(name)).instanceProfile().arn();
  }

  @Test
  void an_oversize_answer_of_xml_is_read_all_the_same() {
    account.inject(Fault.oversize(100_000).times(1));

    assertThat(iam.listInstanceProfiles().instanceProfiles()).hasSize(1);
  }

  @Test
  void bad_faults_are_refused_with_the_rule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.withoutHeader("content-length"))
        .withMessageContaining("HTTP_1_0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.redirect(200, "/"))
        .withMessage("status 200 is no redirect: pass 300 to 399");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.idForArn(-1))
        .withMessageContaining("zero or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.status(302))
        .withMessage("status 302 is no error: pass 400 to 599");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.throttled().times(0))
        .withMessage("times 0 must be 1 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.throttled().atCalls())
        .withMessageContaining("at least one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.throttled().withProbability(Double.NaN, 1))
        .withMessage("probability NaN is not from 0 to 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.slow(Duration.ZERO))
        .withMessageContaining("more than zero");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.oversize(0))
        .withMessageContaining("16777216");
  }

  private HttpResponse<String> with(Fault fault, String path) throws Exception {
    account.clearFaults();
    account.inject(fault.times(1));
    return get(instance, path);
  }

  private HttpResponse<String> get(SimulatedInstance of, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(java.net.URI.create(of.metadataEndpoint() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> token() throws Exception {
    return token(Duration.ofMinutes(2));
  }

  private HttpResponse<String> token(Duration patience) throws Exception {
    return http.send(
        HttpRequest.newBuilder(
                java.net.URI.create(instance.metadataEndpoint() + "/latest/api/token"))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .header("X-aws-ec2-metadata-token-ttl-seconds", "60")
            .timeout(patience)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void a_fault_that_gave_way_to_another_happens_to_the_next_request() throws Exception {
    account.inject(Fault.error(400, "First", "").times(1));
    account.inject(Fault.error(400, "Second", "").times(1));

    assertRefused("iam", 400, "First");
    assertRefused("iam", 400, "Second");
    assertThat(iam.listRoles().roles()).isNotEmpty();
  }
}
