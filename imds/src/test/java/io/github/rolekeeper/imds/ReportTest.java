package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.MetadataReport.AddressFamily;
import io.github.rolekeeper.imds.MetadataReport.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class ReportTest {
  private static final String ARN = "arn:aws:iam::123456789012:instance-profile/web";
  private static final String EXTENDED = "GET /latest/meta-data/iam/security-credentials-extended/";
  private static final String INFO =
      "{\"Code\":\"Success\",\"InstanceProfileArn\":\""
          + ARN
          + "\",\"InstanceProfileId\":"
          + "\"AIPA0123456789ABCDEFG\"%s}";
  private static final String SECRET = "wJalrXUtnFEMIK7MDENG";

  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start()
          .serves(IamInfoDocument.PATH, INFO.formatted(""))
          .serves(RoleCredentialsDocument.LIST, "web-role")
          .serves(
              RoleCredentialsDocument.path("web-role"),
              "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIA0123456789ABCDEF\","
                  + "\"SecretAccessKey\":\""
                  + SECRET
                  + "\",\"Token\":\"t\",\"Expiration\":\"2030-01-01T00:00:00Z\"}");

  @AfterEach
  void stop() {
    server.close();
  }

  private MetadataReport report() {
    return builder(server).build().report();
  }

  private static Kind only(MetadataReport report) {
    assertThat(report.problems()).hasSize(1);
    assertThat(report.healthy()).isFalse();
    assertThat(report.describe()).contains("\nproblem: " + report.problems().get(0).message());
    return report.problems().get(0).kind();
  }

  @Test
  void all_is_well() {
    MetadataReport report = report();
    assertThat(report.healthy()).isTrue();
    assertThat(report.reachable()).isTrue();
    assertThat(report.addressFamily()).contains(AddressFamily.IPV4);
    assertThat(report.endpoint()).contains(server.endpoint());
    assertThat(report.v2Works()).isTrue();
    assertThat(report.hopLimitSuspected()).isFalse();
    assertThat(report.describe())
        .contains(
            "metadata service: reachable over IPV4 at " + server.endpoint() + "\n",
            "IMDSv2: works\n",
            "instance profile: " + ARN + ", AIPA0123456789ABCDEFG\n",
            "role credentials: of web-role, until 2030-01-01T00:00:00Z\n",
            "  endpoint: " + server.endpoint() + " (builder method endpoint)\n")
        .doesNotContain(SECRET, "problem", "ASIA0123456789ABCDEF");
    assertThat(report.toString()).doesNotContain(SECRET);
  }

  @Test
  void no_profile() {
    server.on("GET /latest/" + IamInfoDocument.PATH, status(404, ""));
    server.on("GET /latest/" + RoleCredentialsDocument.LIST, status(404, ""));
    MetadataReport report = report();
    assertThat(report.healthy()).isFalse();
    assertThat(report.problems()).isEmpty();
    assertThat(report.describe())
        .contains(
            "none is associated with the instance. Check with EC2 DescribeInstances",
            "role credentials: none. Ask iam/info",
            "troubleshoot_iam-ec2.html");
  }

  @Test
  void a_profile_that_was_deleted() {
    server.serves(IamInfoDocument.PATH, "{\"Code\":\"InstanceProfileNotFound\",\"Message\":\"m\"}");
    MetadataReport report = report();
    assertThat(report.healthy()).isFalse();
    assertThat(report.describe())
        .contains("Code InstanceProfileNotFound, Message \"m\". Compare InstanceProfileId");
  }

  @Test
  void a_profile_without_a_role() {
    server.serves(
        IamInfoDocument.PATH,
        INFO.formatted(",\"Message\":\"Instance Profile does not contain a role.\""));
    MetadataReport report = report();
    assertThat(report.healthy()).isFalse();
    assertThat(report.describe()).contains(", holds no role. Put a role into");
  }

  @Test
  void a_trust_policy_without_ec2() {
    server.serves(
        RoleCredentialsDocument.path("web-role"), "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}");
    MetadataReport report = report();
    assertThat(report.healthy()).isFalse();
    assertThat(report.describe())
        .contains("of web-role: Code AssumeRoleUnauthorizedAccess. Let ec2.amazonaws.com");
  }

  @Test
  void a_token_that_does_not_come() {
    server.on(TOKEN, thenSilence(""));
    MetadataReport report = builder(server).readTimeout(Duration.ofMillis(50)).build().report();
    assertThat(only(report)).isEqualTo(Kind.HOP_LIMIT_SUSPECTED);
    assertThat(report.hopLimitSuspected()).isTrue();
    assertThat(report.reachable()).isTrue();
    assertThat(report.v2Works()).isFalse();
    assertThat(report.profile()).isEmpty();
    assertThat(report.describe())
        .contains("hop limit: suspected", "unknown, the service could not");
    server.awaitRequest(TOKEN);
    assertThat(server.trace()).containsExactly(TOKEN);
  }

  @Test
  void v1_in_its_place_is_told() {
    server.on(TOKEN, thenSilence(""));
    MetadataReport report = hastyReportWithV1();
    while (report.profile().isEmpty()) { // a machine that stands still may miss the answers
      report = hastyReportWithV1();
    }
    assertThat(report.hopLimitSuspected()).isTrue();
    assertThat(report.v2Works()).isFalse();
    assertThat(report.healthy()).isFalse();
    assertThat(report.profile()).containsInstanceOf(IamInfo.Associated.class);
  }

  private MetadataReport hastyReportWithV1() {
    return builder(server).readTimeout(Duration.ofMillis(300)).allowImdsV1().build().report();
  }

  @ParameterizedTest
  @CsvSource({"403, FORBIDDEN", "404, V1_ONLY", "400, BAD_REQUEST", "503, SERVER_ERROR"})
  void a_token_that_is_refused(int status, Kind kind) {
    server.on(TOKEN, status(status, ""));
    MetadataReport report = report();
    assertThat(only(report)).isEqualTo(kind);
    assertThat(report.reachable()).isTrue();
    assertThat(report.v2Works()).isFalse();
  }

  @Test
  void a_token_that_is_not_accepted() {
    server.on("GET /latest/" + IamInfoDocument.PATH, status(401, ""));
    server.on("GET /latest/" + RoleCredentialsDocument.LIST, status(401, ""));
    MetadataReport report = report();
    assertThat(report.problems()).extracting(Problem::kind).containsOnly(Kind.TOKEN_REJECTED);
    assertThat(report.v2Works()).isFalse();
  }

  @Test
  void one_answer_of_two() {
    server.on("GET /latest/" + IamInfoDocument.PATH, status(503, ""));
    MetadataReport report = report();
    assertThat(only(report)).isEqualTo(Kind.SERVER_ERROR);
    assertThat(report.v2Works()).isTrue();
    assertThat(report.profile()).isEmpty();
    assertThat(report.credentials()).containsInstanceOf(RoleCredentials.Available.class);
  }

  @Test
  void a_service_that_went_away_is_not_reachable_any_more() {
    InstanceMetadataClient client = builder(server).build();
    assertThat(client.report().reachable()).isTrue();
    server.close(); // the client still holds a token
    MetadataReport report = client.report();
    assertThat(report.reachable()).isFalse();
    assertThat(report.endpoint()).isEmpty();
    assertThat(report.v2Works()).isFalse();
    assertThat(report.describe()).contains("IMDSv2: not seen to work\n");
    assertThat(report.problems()).extracting(Problem::kind).contains(Kind.UNREACHABLE);
  }

  @Test
  void a_token_of_which_nobody_says_that_it_is_good_is_no_proof() {
    InstanceMetadataClient client = builder(server).build();
    client.identityDocument();
    server.on("GET /latest/" + IamInfoDocument.PATH, status(503, ""));
    server.on("GET /latest/" + RoleCredentialsDocument.LIST, status(503, ""));
    server.on(EXTENDED, status(503, ""));
    assertThat(client.report().v2Works()).isFalse();
  }

  @Test
  void reports_at_the_same_time_do_not_take_from_each_other_what_they_met() throws Exception {
    InstanceMetadataClient client = builder(server).timeout(Duration.ofMinutes(1)).build();
    List<CompletableFuture<MetadataReport>> reports =
        Stream.generate(() -> client.async(InstanceMetadataClient::report)).limit(400).toList();
    for (CompletableFuture<MetadataReport> report : reports) {
      assertThat(report.get().endpoint()).contains(server.endpoint());
      assertThat(report.get().v2Works()).isTrue();
    }
    client.close();
  }

  @Test
  void reports_that_wait_for_one_token_all_say_where_it_was_refused() throws Exception {
    server.on(TOKEN, status(403, ""));
    InstanceMetadataClient client = builder(server).build();
    List<CompletableFuture<MetadataReport>> reports =
        Stream.generate(() -> client.async(InstanceMetadataClient::report)).limit(40).toList();
    for (CompletableFuture<MetadataReport> report : reports) {
      assertThat(report.get().endpoint()).contains(server.endpoint());
    }
    client.close();
  }

  @Test
  void the_off_switch() {
    MetadataReport report = builder(server).disabled(true).build().report();
    assertThat(only(report)).isEqualTo(Kind.METADATA_DISABLED);
    assertThat(report.reachable()).isFalse();
    assertThat(report.describe()).contains("disabled: true (builder method disabled)");
    assertThat(server.connections()).isZero();
  }

  @Test
  void another_machine(@TempDir Path root) throws IOException {
    Path vendor = root.resolve("sys/devices/virtual/dmi/id/sys_vendor");
    Files.createDirectories(vendor.getParent());
    Files.writeString(vendor, "QEMU");
    MetadataReport report =
        InstanceMetadataClient.builder()
            .lookups(Clients.NOTHING_SET)
            .machine(mode -> List.of(server.endpoint()), root)
            .build()
            .report();
    assertThat(only(report)).isEqualTo(Kind.NOT_ON_EC2);
    assertThat(report.reachable()).isFalse();
    assertThat(server.connections()).isZero();
  }
}
