package io.github.rolekeeper.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.Timing;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.iam.IamClient;

/** The commands, as a user calls them. */
class DoctorTest {
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

  private DoctorRun run(String command, String... more) {
    return DoctorRun.of(account, arguments(command, more));
  }

  private String[] arguments(String command, String... more) {
    var all = new ArrayList<>(List.of(command, instance.id()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private void stale() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    account.clearJournal();
  }

  @Test
  void a_healthy_instance_ends_with_0() throws Exception {
    DoctorRun run = run("diagnose", "--json");

    assertThat(run.exit()).isZero();
    assertThat(run.json().path("healthy").asBoolean()).isTrue();
    assertThat(run.json().path("findings")).isEmpty();
    assertThat(run("plan", "--json").json().path("steps")).isEmpty();
    assertThat(run("repair", "--json", "--yes").json().path("outcomes")).isEmpty();
    assertThat(run("verify").exit()).isZero();
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void a_stale_id_is_told_planned_repaired_and_verified() throws Exception {
    stale();

    DoctorRun diagnosis = run("diagnose", "--json");
    assertThat(diagnosis.exit()).isEqualTo(1);
    assertThat(diagnosis.json().path("healthy").asBoolean()).isFalse();
    assertThat(diagnosis.texts("findings", "type")).containsExactly("STALE_PROFILE_ID");

    DoctorRun plan = run("plan", "--json");
    assertThat(plan.exit()).isEqualTo(1);
    assertThat(plan.texts("steps", "operation"))
        .containsExactly("ReplaceIamInstanceProfileAssociation");
    assertThat(plan.json().path("policy").path("Statement")).isNotEmpty();
    assertThat(account.mutatingCalls()).isEmpty();

    DoctorRun repair = run("repair", "--json", "--yes");
    assertThat(repair.exit()).as("nobody saw the instance follow").isEqualTo(3);
    assertThat(repair.json().path("verdict").asText()).isEqualTo("REPAIRED_UNVERIFIED");
    assertThat(repair.texts("outcomes", "operation"))
        .containsExactly("ReplaceIamInstanceProfileAssociation");
    assertThat(repair.texts("outcomes", "status")).containsExactly("DONE");

    // As in the field record: the metadata follows only when the instance is stopped and started.
    String metadata = instance.metadataEndpoint().toString();
    DoctorRun lags = run("verify", "--json", "--metadata-endpoint", metadata);
    assertThat(lags.exit()).isEqualTo(1);
    assertThat(lags.json().path("verdict").asText()).isEqualTo("METADATA_LAGS");
    assertThat(run("repair", "--yes", "--metadata-endpoint", metadata, "--allow-stop-start").exit())
        .isZero();
    DoctorRun verified = run("verify", "--json", "--metadata-endpoint", metadata);
    assertThat(verified.exit()).as(verified.toString()).isZero();
    assertThat(verified.json().path("verdict").asText()).isEqualTo("HEALTHY");
    assertThat(run("verify", "--json").json().path("verdict").asText())
        .isEqualTo("METADATA_NOT_SEEN");
  }

  @Test
  void a_deleted_profile_needs_the_name_of_its_role() throws Exception {
    account.deleteInstanceProfile("web");
    account.clearJournal();

    DoctorRun without = run("repair", "--json", "--yes");
    assertThat(without.exit()).isEqualTo(1);
    assertThat(without.json().path("obstacles").toString()).contains("role");
    assertThat(account.mutatingCalls()).isEmpty();

    assertThat(run("repair", "--role", "web-role", "--yes").exit()).isEqualTo(3);
    assertThat(account.mutatingCalls())
        .containsExactly(
            "CreateInstanceProfile",
            "AddRoleToInstanceProfile",
            "ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void another_role_is_exchanged_only_by_the_option_that_the_obstacle_names() throws Exception {
    account.createInstanceProfile("other", "other-role");
    account.clearJournal();

    DoctorRun without = run("repair", "--role", "other-role", "--json", "--yes");
    assertThat(without.exit()).isEqualTo(1);
    assertThat(without.json().path("obstacles").toString()).contains("allowRoleRemoval()");
    assertThat(account.mutatingCalls()).isEmpty();

    assertThat(run("repair", "--role", "other-role", "--allow-role-removal", "--yes").exit())
        .isEqualTo(3);
    assertThat(account.mutatingCalls())
        .containsExactly(
            "RemoveRoleFromInstanceProfile",
            "AddRoleToInstanceProfile",
            "ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void trust_and_metadata_are_put_right_only_by_their_options() throws Exception {
    try (var iam = SdkClients.administrator(account).build(IamClient.builder());
        var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      iam.updateAssumeRolePolicy(
          r ->
              r.roleName("web-role")
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                       "Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}"""));
      ec2.modifyInstanceMetadataOptions(
          r -> r.instanceId(instance.id()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));
    }
    account.clearJournal();

    DoctorRun without = run("plan", "--json");
    assertThat(without.json().path("steps")).isEmpty();
    assertThat(without.json().path("notes").toString())
        .contains("allowTrustPolicyChange()", "allowMetadataOptionsChange()");

    DoctorRun repair =
        run(
            "repair",
            "--allow-trust-policy-change",
            "--allow-metadata-options-change",
            "--yes",
            "--json");
    assertThat(repair.exit()).as(repair.toString()).isEqualTo(3);
    assertThat(repair.texts("outcomes", "operation"))
        .containsExactly("UpdateAssumeRolePolicy", "ModifyInstanceMetadataOptions");
    assertThat(run("diagnose").exit()).isZero();
  }

  @Test
  void without_a_terminal_writes_need_yes() {
    stale();

    DoctorRun run = run("repair", "--json");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("--yes");
    assertThat(account.calls()).as("nothing is read for a call that is wrong").isEmpty();
  }

  @Test
  void at_a_terminal_the_plan_is_shown_and_only_a_yes_carries_it_out() {
    stale();

    DoctorRun no = DoctorRun.of(account, DoctorRun.person(true, false), arguments("repair"));
    assertThat(no.exit()).isEqualTo(1);
    assertThat(no.err()).contains("ReplaceIamInstanceProfileAssociation", "Nothing was done");
    assertThat(account.mutatingCalls()).isEmpty();

    DoctorRun yes = DoctorRun.of(account, DoctorRun.person(true, true), arguments("repair"));
    assertThat(yes.exit()).isEqualTo(3);
    assertThat(yes.err()).contains("1. ReplaceIamInstanceProfileAssociation …", "DONE");
  }

  @Test
  void at_a_terminal_a_repair_that_waits_says_what_for_every_half_minute() {
    stale();

    DoctorRun run =
        DoctorRun.of(
            account,
            DoctorRun.person(true, true),
            arguments("repair", "--metadata-endpoint", instance.metadataEndpoint().toString()));

    assertThat(run.err().lines().filter(line -> line.contains(" s for verification of")))
        .as("within the two minutes that the metadata have to follow")
        .hasSize(4)
        .first()
        .asString()
        .contains("the metadata follows", "0 s since it began");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "///"})
  void the_metadata_endpoint_may_have_a_path_and_slashes_at_its_end(String end) {
    account.deleteInstanceProfile("web");

    DoctorRun run = run("diagnose", "--metadata-endpoint", instance.metadataEndpoint() + end);

    assertThat(run.exit()).isEqualTo(1);
    // The metadata tells the very instant of the loss.
    assertThat(run.out()).contains("PROFILE_DELETED (WILL_BREAK at ");
  }

  @Test
  void metadata_of_another_instance_is_refused() {
    SimulatedInstance other = account.launchInstance("web");

    DoctorRun run = run("diagnose", "--metadata-endpoint", other.metadataEndpoint().toString());

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains(other.id(), instance.id());
  }

  @Test
  void metadata_that_does_not_answer_is_unknown_and_no_failure() {
    DoctorRun run = run("diagnose", "--metadata-endpoint", "http://127.0.0.1:1");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("unknown: what the instance itself sees");
  }

  @Test
  void metadata_that_is_asked_for_is_read_whatever_the_environment_tells_the_sdk() {
    String before = System.setProperty("aws.disableEc2Metadata", "true");
    try {
      DoctorRun run =
          run("diagnose", "--metadata-endpoint", instance.metadataEndpoint().toString());

      assertThat(run.out()).doesNotContain("unknown");
    } finally {
      if (before == null) {
        System.clearProperty("aws.disableEc2Metadata");
      } else {
        System.setProperty("aws.disableEc2Metadata", before);
      }
    }
  }

  @Test
  void stop_and_start_need_their_named_permission() throws Exception {
    account.timing(Timing.METADATA_LAG, Duration.ofDays(1));
    stale();
    String metadata = instance.metadataEndpoint().toString();

    assertThat(run("plan", "--json", "--metadata-endpoint", metadata).texts("steps", "operation"))
        .doesNotContain("StopInstances");
    assertThat(
            run("plan", "--json", "--metadata-endpoint", metadata, "--allow-stop-start")
                .texts("steps", "operation"))
        .endsWith("StopInstances", "StartInstances");
  }

  @Test
  void an_instance_of_a_group_is_stopped_only_in_standby_and_if_that_may_be_asked()
      throws Exception {
    account.timing(Timing.METADATA_LAG, Duration.ofDays(1));
    stale();
    String metadata = instance.metadataEndpoint().toString();
    String[] plan = {"--json", "--metadata-endpoint", metadata, "--allow-stop-start"};
    String[] standby = {
      "--json", "--metadata-endpoint", metadata, "--allow-stop-start", "--standby"
    };
    try (var groups = SdkClients.administrator(account).build(AutoScalingClient.builder())) {
      groups.createAutoScalingGroup(
          r ->
              r.autoScalingGroupName("fleet")
                  .minSize(0)
                  .maxSize(2)
                  .availabilityZones("us-east-1a"));
      groups.attachInstances(r -> r.autoScalingGroupName("fleet").instanceIds(instance.id()));

      DoctorRun inService = run("plan", standby);
      assertThat(inService.texts("steps", "operation")).doesNotContain("StopInstances");
      assertThat(inService.json().path("notes").toString()).contains("put it in standby first");

      groups.enterStandby(
          r ->
              r.autoScalingGroupName("fleet")
                  .instanceIds(instance.id())
                  .shouldDecrementDesiredCapacity(true));
      account.clearJournal();
      assertThat(run("plan", plan).texts("steps", "operation")).doesNotContain("StopInstances");
      assertThat(account.calls()).noneMatch(call -> call.service().equals("autoscaling"));
      assertThat(run("plan", standby).texts("steps", "operation"))
          .endsWith("StopInstances", "StartInstances");
      account.inject(Fault.error(403, "AccessDenied", "no").on("DescribeAutoScalingInstances"));
      assertThat(run("plan", standby).json().path("notes").toString())
          .contains("could not be found out", "autoscaling:DescribeAutoScalingInstances");
    }
  }

  @Test
  void what_is_to_be_passed_is_told_as_options() {
    account.deleteInstanceProfile("web");

    assertThat(run("plan").out()).contains("Pass --role NAME").doesNotContain("role(name)");
    assertThat(run("plan", "--role", "web-role").out())
        .contains("without --on-instance or --metadata-endpoint");
  }

  @Test
  void a_wrong_call_is_told_in_a_sentence_that_says_where_the_help_is() {
    DoctorRun run = run("diagnose", "--depe");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err().lines())
        .containsExactly(
            "rolekeeper: Unknown option: '--depe'",
            "Possible solutions: --deep",
            "See rolekeeper diagnose --help.");
  }

  @Test
  void what_is_changing_gets_no_verdict() throws Exception {
    account.timing(Timing.INSTANCE_STOP, Duration.ofMinutes(1));
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
    }

    DoctorRun run = run("verify", "--json");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.json().path("verdict").asText()).isEqualTo("UNKNOWN");
    assertThat(run.json().path("advice").asText()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "i-nonsense", "web"})
  void what_is_no_instance_id_is_a_usage_error(String id) {
    DoctorRun run = DoctorRun.of(account, "diagnose", id);

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("is not an instance id");
  }

  @Test
  void wrong_options_are_usage_errors() {
    assertThat(run("diagnose", "--no-such-option").exit()).isEqualTo(2);
    assertThat(run("plan", "--role", "arn:aws:iam::123456789012:role/x").exit()).isEqualTo(2);
    assertThat(run("watch", "--interval", "1").exit()).isEqualTo(2);
    assertThat(DoctorRun.of(account, "diagnose").exit()).isEqualTo(2);
    assertThat(DoctorRun.raw(Surroundings.ofProcess(), "heal").exit()).isEqualTo(2);
    assertThat(
            DoctorRun.raw(
                    Surroundings.ofProcess(),
                    arguments("diagnose", "--region", "us-east-1", "--endpoint-url", "nowhere"))
                .exit())
        .isEqualTo(2);
  }

  @Test
  void an_instance_that_ec2_does_not_know_is_not_known() throws Exception {
    DoctorRun run = DoctorRun.of(account, "diagnose", "i-0123456789abcdef0", "--json");

    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.json().path("error").path("reason").asText()).contains("i-0123456789abcdef0");
  }

  @Test
  void without_credentials_one_sentence_says_what_to_do() {
    AwsCredentialsProvider none =
        () -> {
          throw SdkClientException.create("Unable to load credentials from any of the providers");
        };

    DoctorRun run = DoctorRun.as(none, account, arguments("diagnose"));

    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.err().lines()).singleElement().asString().contains("no AWS credentials");
  }

  @Test
  void an_endpoint_that_does_not_answer_is_not_known() throws Exception {
    DoctorRun run =
        DoctorRun.raw(
            DoctorRun.surroundings(account, DoctorRun.NOBODY, DoctorRun.ADMINISTRATOR),
            arguments(
                "diagnose",
                "--json",
                "--region",
                "us-east-1",
                "--endpoint-url",
                "http://127.0.0.1:1"));

    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.json().path("error").path("operation").asText()).isEqualTo("DescribeInstances");
    assertThat(run.err()).contains("--endpoint-url http://127.0.0.1:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no such", "us_east_1", "https://example.com/"})
  void what_is_no_name_of_a_region_is_a_usage_error(String region) {
    DoctorRun run =
        DoctorRun.raw(
            DoctorRun.surroundings(account, DoctorRun.NOBODY, DoctorRun.ADMINISTRATOR),
            arguments("diagnose", "--region", region));

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("--region", "us-east-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UnknownOperation", "NotImplemented", "InvalidAction"})
  void associations_that_an_endpoint_does_not_list_are_unknown(String code) throws Exception {
    stale();
    account.inject(Fault.error(400, code, "no").on("DescribeIamInstanceProfileAssociations"));

    DoctorRun run = run("diagnose", "--json");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.texts("findings", "type")).containsExactly("STALE_PROFILE_ID");
    assertThat(run.json().path("unknowns").toString()).contains("which association is in force");
    DoctorRun repair = run("repair", "--yes", "--json");
    assertThat(repair.exit()).isEqualTo(1);
    assertThat(repair.json().path("obstacles").toString()).contains("is not listed");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void a_profile_that_an_endpoint_cannot_show_is_unknown_and_neither_healthy_nor_gone()
      throws Exception {
    account.inject(Fault.error(501, "InternalFailure", "no").on("GetInstanceProfile"));

    DoctorRun run = run("diagnose", "--json");

    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.json().path("healthy").asBoolean()).isFalse();
    assertThat(run.json().path("findings")).isEmpty();
    assertThat(run("repair", "--yes", "--role", "web-role").exit()).isEqualTo(3);
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void an_answer_that_is_no_answer_of_aws_is_not_known() {
    account.inject(Fault.garbled().on("GetInstanceProfile"));

    assertThat(run("diagnose").exit()).isEqualTo(3);
  }

  @Test
  void a_plan_that_was_printed_is_carried_out_from_its_file(@TempDir Path directory)
      throws Exception {
    stale();
    Path file = Files.writeString(directory.resolve("plan.json"), run("plan", "--json").out());

    assertThat(run("repair", "--yes", "--plan", file + "x").exit()).isEqualTo(2);
    DoctorRun other =
        DoctorRun.of(account, "repair", "i-0123456789abcdef0", "--yes", "--plan", file.toString());
    assertThat(other.exit()).isEqualTo(2);
    assertThat(account.mutatingCalls()).isEmpty();
    assertThat(run("repair", "--yes", "--plan", file.toString()).exit()).isEqualTo(3);
    assertThat(account.mutatingCalls()).containsExactly("ReplaceIamInstanceProfileAssociation");

    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(run("repair", "--yes", "--plan", file.toString()).err())
        .contains("is no text in UTF-8");
    Files.writeString(file, "{\"version\":1}");
    assertThat(run("repair", "--yes", "--plan", file.toString()).err())
        .contains("version is 1: version 2");
    Files.writeString(file, "{\"version\":2}");
    DoctorRun bad = run("repair", "--yes", "--plan", file.toString());
    assertThat(bad.exit()).isEqualTo(2);
    assertThat(bad.err()).contains("target is missing");
  }

  @Test
  void sessions_are_revoked_and_the_revocation_is_lifted_only_with_its_acknowledgement()
      throws Exception {
    account.clock().advance(Duration.ofMinutes(1));
    account.clearJournal();
    assertThat(run("revoke").exit()).isEqualTo(2);

    DoctorRun revoked = run("revoke", "--yes", "--json");
    assertThat(revoked.exit()).isZero();
    assertThat(revoked.json().path("role").asText()).isEqualTo("web-role");
    assertThat(revoked.json().path("changed").asBoolean()).isTrue();
    assertThat(run("diagnose", "--json").texts("findings", "type"))
        .containsExactly("SESSIONS_REVOKED");

    assertThat(run("lift", "--yes").exit()).isEqualTo(2);
    assertThat(account.mutatingCalls()).containsExactly("PutRolePolicy");
    assertThat(run("lift", "--yes", "--old-sessions-work-again").exit()).isZero();
    assertThat(run("diagnose").exit()).isZero();
  }

  @Test
  void an_endpoint_without_sts_still_repairs() {
    stale();
    account.inject(Fault.error(501, "NotImplemented", "no").on("GetCallerIdentity"));

    assertThat(run("repair", "--yes").exit()).isEqualTo(3);
    assertThat(account.mutatingCalls()).containsExactly("ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void a_watch_prints_what_changes_and_outlives_failures() {
    account.inject(
        Fault.error(403, "UnauthorizedOperation", "no").on("DescribeInstances").times(1));

    DoctorRun run = run("watch", "--count", "4", "--interval", "600");

    assertThat(run.exit()).isZero();
    assertThat(run.out().split("Diagnosis of", -1)).hasSize(2);
    assertThat(run.out()).contains("could not look: DescribeInstances failed");
  }

  @Test
  void a_watch_in_json_is_one_document_a_line() throws Exception {
    stale();

    DoctorRun run = run("watch", "--count", "3", "--json");

    assertThat(run.exit()).isEqualTo(1);
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(new DoctorRun(0, lines.get(2), "").texts("findings", "type"))
        .containsExactly("STALE_PROFILE_ID");
  }

  @Test
  void help_tells_the_exit_codes() {
    DoctorRun run = DoctorRun.raw(Surroundings.ofProcess(), "--help");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("diagnose", "repair", "Ends with 0");
  }
}
