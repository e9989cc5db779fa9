package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

class AccountServerTest {
  private static final String BY_HAND =
      """
      {"roles":[{"name":"web-role"}],
       "instanceProfiles":[{"name":"web","role":"web-role"}],
       "instances":[{"profile":"web"}]}""";

  private final AccountServer server =
      AccountServer.start(
          () ->
              SimulatedAccount.builder()
                  .clock(MutableClock.at("2026-01-01T00:00:00Z"))
                  .region("eu-west-1")
                  .seed(BY_HAND),
          "127.0.0.1",
          0);
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void still_healthy() throws Exception {
    try (server) {
      assertThat(json("GET", "health", "").path("status").asText()).isEqualTo("UP");
    }
  }

  @Test
  void a_seed_by_hand_makes_an_instance_that_has_credentials() throws Exception {
    JsonNode instance = json("GET", "health", "").path("instances").path(0);
    URI endpoint = URI.create(instance.path("metadataEndpoint").asText() + "/latest/meta-data/");

    assertThat(get(endpoint.resolve("iam/security-credentials/")).body()).isEqualTo("web-role");
  }

  @Test
  void without_its_slash_the_control_api_names_its_resources_and_is_not_taken_for_s3()
      throws Exception {
    HttpResponse<String> answer = get(server.endpoint().resolve("/_rolekeeper"));

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("clock", "journal");
  }

  @Test
  void an_instance_can_be_told_of_its_near_future() throws Exception {
    String notices = "instances/" + onlyInstance() + "/notices";
    String metadata =
        server.account().instance(onlyInstance()).metadataEndpoint() + "/latest/meta-data/";
    json(
        "POST",
        notices,
        """
        {"rebalanceRecommendation":"2026-01-01T00:00:00Z",
         "autoScalingTargetState":"WARMED_STOPPED",
         "maintenance":{"eventId":"e-1","code":"instance-stop",
                        "notBefore":"2026-01-02T00:00:00Z"}}""");

    assertThat(get(URI.create(metadata + "events/recommendations/rebalance")).body())
        .contains("2026-01-01T00:00:00Z");
    assertThat(get(URI.create(metadata + "autoscaling/target-lifecycle-state")).body())
        .isEqualTo("Warmed:Stopped");
    assertThat(get(URI.create(metadata + "events/maintenance/scheduled")).body())
        .contains("2 Jan 2026 00:00:00 GMT");
    json("DELETE", notices, "");
    assertThat(get(URI.create(metadata + "events/maintenance/scheduled")).statusCode())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"spotInterruption\":{\"action\":\"STOP\",\"at\":\"2026-01-01T00:00:00Z\"}}|Trait.SPOT",
        "{\"spotInterruption\":{\"action\":\"EXPLODE\"}}|HIBERNATE, STOP, TERMINATE",
        "{\"rebalanceRecommendation\":\"soon\"}|ISO-8601 instant",
        "{\"maintenance\":{}}|'code'",
        "{\"weather\":1}|'weather' is unknown"
      })
  void a_notice_that_makes_no_sense_is_refused_and_not_given(String notice, String reason)
      throws Exception {
    HttpResponse<String> answer = send("POST", "instances/" + onlyInstance() + "/notices", notice);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(reason);
  }

  @Test
  void there_are_no_notices_for_an_instance_that_is_none() throws Exception {
    assertThat(send("POST", "instances/i-none/notices", "{}").statusCode()).isEqualTo(404);
    assertThat(send("DELETE", "instances/i-none/notices", "").statusCode()).isEqualTo(404);
    assertThat(send("GET", "instances/i-none/notices", "").statusCode()).isEqualTo(405);
  }

  @Test
  void the_clock_can_be_read_moved_and_set() throws Exception {
    assertThat(json("GET", "clock", "").path("now").asText()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(json("POST", "clock", "{\"advance\":\"PT1H30M\"}").path("now").asText())
        .isEqualTo("2026-01-01T01:30:00Z");
    assertThat(json("POST", "clock", "{\"set\":\"2025-12-31T00:00:00Z\"}").path("now").asText())
        .isEqualTo("2025-12-31T00:00:00Z");
  }

  @Test
  void a_clock_that_is_moved_by_centuries_leaves_a_working_account() throws Exception {
    json("POST", "clock", "{\"advance\":\"P1000000D\"}");

    URI metadata = server.account().instance(onlyInstance()).metadataEndpoint();
    String credentials =
        get(URI.create(metadata + "/latest/meta-data/iam/security-credentials/web-role")).body();
    assertThat(new ObjectMapper().readTree(credentials).path("Expiration").asText())
        .isGreaterThan(json("GET", "clock", "").path("now").asText());
  }

  @Test
  void a_fault_of_a_while_ends_by_the_clock() throws Exception {
    json("POST", "faults", "{\"kind\":\"ERROR\",\"status\":503,\"during\":\"PT1M\"}");
    json(
        "POST",
        "faults",
        "{\"kind\":\"ERROR\",\"status\":500,\"from\":\"2026-01-01T00:10:00Z\","
            + "\"until\":\"2026-01-01T00:11:00Z\"}");
    URI info =
        URI.create(
            server.account().instance(onlyInstance()).metadataEndpoint() + "/latest/meta-data/");

    assertThat(get(info).statusCode()).isEqualTo(503);
    json("POST", "clock", "{\"advance\":\"PT1M\"}");
    assertThat(get(info).statusCode()).isEqualTo(200);
    json("POST", "clock", "{\"advance\":\"PT9M\"}");
    assertThat(get(info).statusCode()).isEqualTo(500);
    json("POST", "clock", "{\"advance\":\"PT1M\"}");
    assertThat(get(info).statusCode()).isEqualTo(200);
  }

  @Test
  void health_shows_what_has_become_due_since_the_last_request() throws Exception {
    json("PUT", "timings", "{\"INSTANCE_STOP\":\"PT30S\"}");
    try (var ec2 = SdkClients.administrator(server.account()).build(Ec2Client.builder())) {
      String id = onlyInstance();
      ec2.stopInstances(r -> r.instanceIds(id));
    }
    assertThat(onlyState()).isEqualTo("stopping");

    json("POST", "clock", "{\"advance\":\"PT5M\"}");
    assertThat(onlyState()).isEqualTo("stopped");
  }

  @Test
  void a_rule_that_is_switched_judges_nothing_that_was_due_before() throws Exception {
    json("PUT", "timings", "{\"IAM_TO_EC2\":\"PT10S\"}");
    URI metadata = server.account().instance(onlyInstance()).metadataEndpoint();
    URI role = URI.create(metadata + "/latest/meta-data/iam/security-credentials/");
    server.account().deleteInstanceProfile("web");
    json("POST", "clock", "{\"advance\":\"PT10S\"}");
    json("PUT", "rules", "{\"METADATA_NAMES_ROLE_UNTIL_SESSION_ENDS\":false}");

    assertThat(get(role).body()).isEqualTo("web-role");
  }

  @Test
  void faults_are_injected_and_taken_back() throws Exception {
    json("POST", "faults", "{\"kind\":\"THROTTLED\",\"on\":[\"iam:List*\"],\"times\":1}");
    json("POST", "faults", "{\"kind\":\"ERROR\",\"status\":503,\"on\":[\"imds:*\"]}");
    try (var iam = SdkClients.administrator(server.account()).build(IamClient.builder())) {
      assertThat(iam.listRoles().roles()).isNotEmpty(); // the SDK tries again
    }
    URI metadata = server.account().instance(onlyInstance()).metadataEndpoint();
    assertThat(get(URI.create(metadata + "/latest/meta-data/")).statusCode()).isEqualTo(503);
    json("DELETE", "faults", "");

    assertThat(get(URI.create(metadata + "/latest/meta-data/")).statusCode()).isEqualTo(200);
    assertThat(json("GET", "journal", "").get(0).path("fault").asText()).isEqualTo("THROTTLED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"kind\":\"BAD_MOOD\"}; must be one of",
        "{\"kind\":\"ANOTHER_ACTOR\"}; 'act' must be as",
        "{\"kind\":\"ANOTHER_ACTOR\",\"act\":{\"service\":\"iam\",\"operation\":\"Juggle\"}}; no 'iam:Juggle'",
        "{\"kind\":\"ANOTHER_ACTOR\",\"act\":{\"service\":\"iam\",\"operation\":\"DeleteRole\",\"parameters\":{\"RoleName\":[]}}}; 'RoleName' [] is no plain value",
        "{\"kind\":\"ANOTHER_ACTOR\",\"act\":{\"service\":\"iam\",\"operation\":\"DeleteRole\",\"paramters\":{}}}; 'paramters' is unknown",
        "{\"kind\":\"ANOTHER_ACTOR\",\"act\":{\"service\":\"iam\",\"operation\":\"DeleteRole\",\"parameters\":\"nope\"}}; is no object",
        "{\"kind\":\"ERROR\"}; 'status' null must be a whole number",
        "{\"kind\":\"ERROR\",\"status\":200}; pass 400 to 599",
        "{\"kind\":\"SLOW\",\"duration\":\"soon\"}; must be an ISO-8601 duration",
        "{\"kind\":\"THROTTLED\",\"times\":1,\"probability\":1}; exclude each other",
        "{\"kind\":\"THROTTLED\",\"on\":\"everything\"}; must be an array of texts",
        "{\"kind\":\"THROTTLED\",\"atCalls\":[0]}; counted from 1",
        "{\"kind\":\"THROTTLED\",\"often\":true}; is unknown",
        "{\"kind\":\"THROTTLED\",\"on\":[1,null]}; must be an array of texts",
        "{\"kind\":\"THROTTLED\",\"atCalls\":2}; must be an array of whole numbers",
        "{\"kind\":\"THROTTLED\",\"seed\":1}; says nothing without 'probability'",
        "{\"kind\":\"THROTTLED\",\"probability\":1,\"seed\":\"x\"}; must be a whole number",
        "{\"kind\":\"THROTTLED\",\"status\":500}; says nothing of a fault of 'kind' THROTTLED",
        "{\"kind\":\"ERROR\",\"status\":500,\"message\":\"x\"}; needs a 'code'",
        "{\"kind\":\"REDIRECT\",\"status\":200,\"value\":\"/\"}; pass 300 to 399",
        "{\"kind\":\"ID_FOR_ARN\"}; 'reads' null must be a whole number",
      })
  void a_fault_that_makes_no_sense_is_refused(String fault, String rule) throws Exception {
    HttpResponse<String> answer = send("POST", "faults", fault);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(rule);
  }

  @Test
  void another_actor_changes_things_between_two_calls() throws Exception {
    json(
        "POST",
        "faults",
        """
        {"kind":"ANOTHER_ACTOR","on":["iam:*"],"atCalls":[2],
         "act":{"service":"iam","operation":"RemoveRoleFromInstanceProfile",
                "parameters":{"InstanceProfileName":"web","RoleName":"web-role"}}}""");
    try (var iam = SdkClients.administrator(server.account()).build(IamClient.builder())) {
      assertThat(iam.getInstanceProfile(r -> r.instanceProfileName("web")).instanceProfile())
          .satisfies(profile -> assertThat(profile.roles()).hasSize(1));
      assertThat(iam.getInstanceProfile(r -> r.instanceProfileName("web")).instanceProfile())
          .satisfies(profile -> assertThat(profile.roles()).isEmpty());
    }
    assertThat(json("GET", "journal", ""))
        .extracting(call -> call.path("operation").asText() + " " + call.path("outcome").asText())
        .containsExactly(
            "GetInstanceProfile OK", "RemoveRoleFromInstanceProfile OK", "GetInstanceProfile OK");
  }

  @Test
  void another_actor_whose_dates_are_checked_is_on_time() throws Exception {
    try (var strict =
        AccountServer.start(
            () ->
                SimulatedAccount.builder()
                    .clock(MutableClock.at("2026-01-01T00:00:00Z"))
                    .checkRequestDates()
                    .seed(BY_HAND),
            "127.0.0.1",
            0)) {
      SimulatedAccount account = strict.account();
      String act =
          "{\"kind\":\"ANOTHER_ACTOR\",\"act\":{\"service\":\"iam\","
              + "\"operation\":\"CreateInstanceProfile\","
              + "\"parameters\":{\"InstanceProfileName\":\"a & b\"}}}";
      assertThat(send(strict, "POST", "faults", act).statusCode()).isEqualTo(200);
      account.clock().advance(java.time.Duration.ofDays(3));

      account.exchange(
          "GET", "/?Action=ListRoles&Version=2010-05-08", java.util.Map.of(), new byte[0]);

      assertThat(account.calls().get(0))
          .satisfies(call -> assertThat(call.outcome()).isEqualTo("ValidationError"))
          .satisfies(
              call -> assertThat(call.parameters()).containsEntry("InstanceProfileName", "a & b"));
    }
  }

  @Test
  void where_nobody_is_the_administrator_no_other_actor_can_be_sent() throws Exception {
    try (var strict =
        AccountServer.start(() -> SimulatedAccount.builder().strictCredentials(), "127.0.0.1", 0)) {
      HttpResponse<String> answer =
          send(
              strict,
              "POST",
              "faults",
              "{\"kind\":\"ANOTHER_ACTOR\",\"act\":{\"service\":\"iam\","
                  + "\"operation\":\"ListRoles\"}}");
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("strict credentials");
    }
  }

  @Test
  void the_journal_tells_what_reached_the_account_and_can_be_cleared() throws Exception {
    try (var iam = SdkClients.administrator(server.account()).build(IamClient.builder())) {
      iam.createInstanceProfile(r -> r.instanceProfileName("other"));
    }

    JsonNode journal = json("GET", "journal", "");
    assertThat(journal).hasSize(1);
    JsonNode call = journal.get(0);
    assertThat(call.path("service").asText()).isEqualTo("iam");
    assertThat(call.path("operation").asText()).isEqualTo("CreateInstanceProfile");
    assertThat(call.path("write").asBoolean()).isTrue();
    assertThat(call.path("time").asText()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(call.path("outcome").asText()).isEqualTo("OK");
    assertThat(call.path("principal").asText()).startsWith("arn:aws:iam::123456789012:");
    assertThat(call.path("parameters").path("InstanceProfileName").asText()).isEqualTo("other");

    assertThat(json("DELETE", "journal", "")).isEmpty();
    assertThat(json("GET", "journal", "")).isEmpty();
  }

  @Test
  void a_reset_brings_back_settings_seed_and_time() throws Exception {
    JsonNode before = json("GET", "snapshot", "");
    json("POST", "clock", "{\"advance\":\"P7D\"}");
    json("PUT", "timings", "{\"IAM_TO_EC2\":\"PT10S\"}");
    json("PUT", "rules", "{\"SESSIONS_EXPIRE\":false}");
    server.account().deleteInstanceProfile("web");

    json("POST", "reset", "");

    assertThat(json("GET", "snapshot", "")).isEqualTo(before);
    assertThat(json("GET", "timings", "").path("IAM_TO_EC2").asText()).isEqualTo("PT0S");
    assertThat(json("GET", "rules", "").path("SESSIONS_EXPIRE").asBoolean()).isTrue();
    assertThat(server.account().region()).isEqualTo("eu-west-1");
    assertThat(json("GET", "journal", "")).isEmpty();
  }

  @Test
  void timings_and_rules_take_effect() throws Exception {
    assertThat(json("PUT", "timings", "{\"SESSION_DURATION\":\"PT2H\"}"))
        .anyMatch(value -> value.asText().equals("PT2H"));
    assertThat(server.account().world().timing(Timing.SESSION_DURATION)).hasHours(2);
    json("PUT", "rules", "{\"METADATA_ERRORS_ARE_XHTML\":false}");

    URI nowhere = server.account().instance(onlyInstance()).metadataEndpoint();
    assertThat(get(URI.create(nowhere + "/latest/none")).body()).isEqualTo("404 - Not Found");
  }

  @Test
  void a_snapshot_brings_back_a_broken_state_with_its_ids() throws Exception {
    SimulatedAccount broken = server.account();
    String id = onlyInstance();
    broken.deleteInstanceProfile("web");
    broken.createInstanceProfile("web", "web-role");
    URI info = URI.create(broken.instance(id).metadataEndpoint() + "/latest/meta-data/iam/info");
    String shown = get(info).body();
    JsonNode snapshot = json("GET", "snapshot", "");
    assertThat(snapshot.at("/instances/0/association/profileId"))
        .isNotEqualTo(snapshot.at("/instanceProfiles/0/id"));

    json("POST", "reset", "");
    assertThat(json("GET", "snapshot", "")).isNotEqualTo(snapshot);
    json("POST", "restore", snapshot.toString());

    assertThat(json("GET", "snapshot", "")).isEqualTo(snapshot);
    assertThat(get(info).body()).isEqualTo(shown).contains("Success");
    json("POST", "clock", "{\"advance\":\"PT1H\"}");
    assertThat(get(info).body()).contains("InstanceProfileNotFound");
    try (var ec2 = SdkClients.administrator(server.account()).build(Ec2Client.builder())) {
      assertThat(ec2.describeIamInstanceProfileAssociations().iamInstanceProfileAssociations())
          .singleElement()
          .extracting(association -> association.iamInstanceProfile().id())
          .isEqualTo(snapshot.at("/instances/0/association/profileId").asText());
    }
  }

  @Test
  void a_restored_account_issues_no_id_twice() throws Exception {
    // What was deleted leaves the restored account behind in the row of ids that it draws from.
    server.account().createInstanceProfile("first", "first-role");
    server.account().createInstanceProfile("second", "second-role");
    server.account().createInstanceProfile("third", "third-role");
    server.account().deleteInstanceProfile("first");
    server.account().deleteInstanceProfile("second");
    JsonNode snapshot = json("GET", "snapshot", "");
    json("POST", "restore", snapshot.toString());
    for (int i = 0; i < 20; i++) {
      server.account().createInstanceProfile("more-" + i, "role-" + i);
    }

    JsonNode all = json("GET", "snapshot", "");
    assertThat(all.path("instanceProfiles").findValuesAsText("id")).doesNotHaveDuplicates();
    assertThat(all.path("roles").findValuesAsText("id")).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST | clock    | {"advance":"soon"}             | 400 | InvalidValue    | PT1H30M
          POST | clock    | {"advance":"-PT1S"}            | 400 | InvalidValue    | must not be negative
          POST | clock    | {"advance":"P999999999999D"}   | 400 | InvalidValue    | must stay between
          POST | clock    | {"advance":5}                  | 400 | InvalidValue    | must be a text
          POST | clock    | {"set":"noon"}                 | 400 | InvalidValue    | 2026-01-01T00:00:00Z
          POST | clock    | {"set":"+10000-01-01T00:00:00Z"} | 400 | InvalidValue | must stay between
          POST | clock    | {}                             | 400 | InvalidRequest  | neither
          POST | clock    | {"skip":"PT1H"}                | 400 | UnknownMember   | 'skip'
          POST | clock    | {"advance":                    | 400 | MalformedJson   | no JSON
          POST | clock    | {"set":"","set":""}            | 400 | MalformedJson   | Duplicate
          POST | clock    | [1]                            | 400 | InvalidRequest  | must be a JSON object
          POST | clock    | {} {}                          | 400 | MalformedJson   | no JSON
          PUT  | timings  | {"IAM_TO_EC2":"-PT1S"}         | 400 | InvalidValue    | IAM_TO_EC2 PT-1S
          PUT  | timings  | {"SESSION_DURATION":"PT0S"}    | 400 | InvalidValue    | must be from PT1S
          PUT  | timings  | {"LUNCH":"PT1H"}               | 400 | UnknownMember   | IAM_TO_EC2
          PUT  | rules    | {"SESSIONS_EXPIRE":"no"}       | 400 | InvalidValue    | true or false
          PUT  | rules    | {"GRAVITY":false}              | 400 | UnknownMember   | SESSIONS_EXPIRE
          POST | reset    | {"hard":true}                  | 400 | UnknownMember   | 'hard'
          POST | restore  | {"roles":[{"nam":"x"}]}        | 400 | InvalidSnapshot | roles[0].nam; known there are
          POST | restore  | {"roles":[{}]}                 | 400 | InvalidSnapshot | 'name'
          POST | restore  | {"roles":{}}                   | 400 | InvalidSnapshot | at roles
          POST | restore  | {"time":"noon"}                | 400 | InvalidSnapshot | no instant
          POST | restore  | {"instances":[{"profile":"x"}]} | 400 | InvalidSnapshot | Instance Profile x
          POST | restore  | {"instances":[{"state":"x"}]}  | 400 | InvalidSnapshot | 'running' or 'stopped'
          POST | restore  | null                           | 400 | InvalidSnapshot | must be an object
          POST | restore  | nonsense                       | 400 | InvalidSnapshot | no JSON
          GET  | nowhere  | {}                             | 404 | NotFound        | snapshot
          GET  | ../x     | {}                             | 404 | NotFound        | snapshot
          GET  | %2e%2e/x | {}                             | 404 | NotFound        | snapshot
          DELETE | clock  | {}                             | 405 | MethodNotAllowed | GET, POST
          """)
  void a_refusal_names_value_rule_and_remedy_and_changes_nothing(
      String method, String path, String body, int status, String error, String told)
      throws Exception {
    JsonNode before = json("GET", "snapshot", "");

    HttpResponse<String> answer = send(method, path, body);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode refusal = new ObjectMapper().readTree(answer.body());
    assertThat(refusal.path("error").asText()).isEqualTo(error);
    assertThat(refusal.path("message").asText()).contains(told);
    assertThat(json("GET", "snapshot", "")).isEqualTo(before);
  }

  @Test
  void one_wrong_timing_leaves_the_others_as_they_were() throws Exception {
    assertThat(
            send("PUT", "timings", "{\"IAM_TO_EC2\":\"PT5S\",\"METADATA_LAG\":\"x\"}").statusCode())
        .isEqualTo(400);

    assertThat(json("GET", "timings", "").path("IAM_TO_EC2").asText()).isEqualTo("PT0S");
  }

  @ParameterizedTest
  @ValueSource(strings = {"clock", "restore", "reset"})
  void a_huge_body_is_refused(String path) throws Exception {
    assertThat(send("POST", path, " ".repeat((64 << 20) + 1)).statusCode()).isEqualTo(413);
  }

  @Test
  void a_broken_form_is_refused_in_json() throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(server.endpoint().resolve("/_rolekeeper/clock"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("advance=%zz"))
                .build(),
            BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"error\":\"MalformedJson\"");
  }

  @Test
  void an_error_of_the_virtual_machine_is_told_by_its_cause() throws Exception {
    var errors =
        List.of(new OutOfMemoryError("Java heap space"), new NoClassDefFoundError("a/Missing"));
    var left = new ArrayDeque<Error>();
    try (AccountServer failing =
        AccountServer.start(
            () -> {
              if (!left.isEmpty()) {
                throw left.remove();
              }
              return SimulatedAccount.builder();
            },
            "127.0.0.1",
            0)) {
      left.addAll(errors);
      HttpResponse<String> full = send(failing, "POST", "reset", "");
      HttpResponse<String> broken = send(failing, "POST", "reset", "");

      assertThat(full.statusCode()).isEqualTo(507);
      assertThat(full.body()).contains("InsufficientStorage", "Java heap space", "-Xmx");
      assertThat(broken.statusCode()).isEqualTo(500);
      assertThat(broken.body()).contains("InternalFailure", "NoClassDefFoundError: a/Missing");
      assertThat(send(failing, "POST", "reset", "").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_port_that_is_taken_is_named() {
    int taken = server.endpoint().getPort();

    assertThatThrownBy(
            () -> AccountServer.start(SimulatedAccount::builder, "127.0.0.1", taken).close())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1 port " + taken);
  }

  @Test
  void an_account_of_a_test_has_no_control_api() throws Exception {
    try (var account = SimulatedAccount.create()) {
      assertThat(get(account.endpoint().resolve("/_rolekeeper/health")).statusCode())
          .isNotEqualTo(200);
    }
  }

  private String onlyState() throws Exception {
    return json("GET", "health", "").at("/instances/0/state").asText();
  }

  private String onlyInstance() throws Exception {
    return json("GET", "health", "").at("/instances/0/id").asText();
  }

  private JsonNode json(String method, String path, String body) throws Exception {
    HttpResponse<String> answer = send(method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return send(server, method, path, body);
  }

  private HttpResponse<String> send(AccountServer to, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(to.endpoint() + "/_rolekeeper/" + path))
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
