package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.ApiCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamStatement;

/**
 * Every state, of a running and of a stopped instance, with and without its metadata: what is
 * found, planned and done, by how many calls of the APIs, and that a second run only reads.
 */
class MatrixTest {
  /**
   * Calls: of {@code diagnose}, of {@code diagnoseDeeply}, of {@code plan}, and of {@code execute},
   * reads + writes. A diagnosis asks for the association beside the instance, of which the ids are
   * compared, so that it takes one call more than the fewest with which a stale id can be seen, and
   * none where there is no profile or no role to ask for; where the profile is gone, the list of
   * roles tells whose account IAM's client is of, and where another profile is wanted, the
   * associated one is read as well; GetRole comes with a deep one. A plan that may stop the
   * instance asks four times more: for the instance, its type, its protection and its volumes; one
   * that changes the role of a profile asks once more, for the other instances on it. Each step
   * looks before and after (three reads each), and three times where IAM's answer may be of before
   * the write.
   */
  private static final String TABLE =
      """
      B1  | running | without | NO_ASSOCIATION            | -                           | 2 5 5 | Associate                         | 11+1 | REPAIRED_UNVERIFIED
      B1  | running | with    | NO_ASSOCIATION            | -                           | 2 5 9 | Associate Stop Start              | 18+1 | HEALTHY
      B1  | stopped | both    | NO_ASSOCIATION            | -                           | 2 5 5 | Associate                         | 11+1 | REPAIRED_UNVERIFIED
      B2  | running | without | PROFILE_DELETED           | PROFILE_QUOTA_REACHED       | 4 4 5 | Create AddRole Replace            | 29+3 | REPAIRED_UNVERIFIED
      B2  | running | with    | PROFILE_DELETED           | PROFILE_QUOTA_REACHED       | 4 4 9 | Create AddRole Replace Stop Start | 36+3 | HEALTHY
      B2  | stopped | both    | PROFILE_DELETED           | PROFILE_QUOTA_REACHED       | 4 4 5 | Create AddRole Disassoc Associate | 35+4 | REPAIRED_UNVERIFIED
      B3  | running | without | STALE_PROFILE_ID          | -                           | 4 5 5 | Replace                           | 11+1 | REPAIRED_UNVERIFIED
      B3  | running | with    | STALE_PROFILE_ID          | -                           | 4 5 9 | Replace Stop Start                | 18+1 | HEALTHY
      B3  | stopped | both    | STALE_PROFILE_ID          | -                           | 4 5 5 | Disassoc Associate                | 17+2 | REPAIRED_UNVERIFIED
      B4  | running | without | PROFILE_WITHOUT_ROLE      | -                           | 3 3 5 | AddRole Replace                   | 20+2 | REPAIRED_UNVERIFIED
      B4  | running | with    | PROFILE_WITHOUT_ROLE      | -                           | 3 3 9 | AddRole Replace Stop Start        | 27+2 | HEALTHY
      B4  | stopped | both    | PROFILE_WITHOUT_ROLE      | -                           | 3 3 5 | AddRole                           | 17+1 | REPAIRED_UNVERIFIED
      B5  | running | without | -                         | CONSUMERS_MAY_LAG           | 4 5 5 | -                                 | -    | -
      B5  | running | with    | METADATA_LAGS             | -                           | 4 5 9 | Replace Stop Start                | 64+3 | HEALTHY
      B5  | stopped | both    | -                         | -                           | 4 5 5 | -                                 | -    | -
      B6  | running | without | WANTED_PROFILE_MISSING WRONG_PROFILE | PROFILE_QUOTA_REACHED       | 4 4 5 | Create AddRole Replace            | 29+3 | REPAIRED_UNVERIFIED
      B6  | running | with    | WANTED_PROFILE_MISSING WRONG_PROFILE | PROFILE_QUOTA_REACHED       | 4 4 5 | Create AddRole Replace            | 29+3 | HEALTHY
      B6  | stopped | both    | WANTED_PROFILE_MISSING WRONG_PROFILE | PROFILE_QUOTA_REACHED       | 4 4 5 | Create AddRole Disassoc Associate | 35+4 | REPAIRED_UNVERIFIED
      B7  | running | without | ROLE_RECREATED            | POLICIES_PINNED_TO_OLD_ROLE | 4 5 6 | RemoveRole AddRole Replace        | 32+3 | REPAIRED_UNVERIFIED
      B7  | running | with    | ROLE_RECREATED            | POLICIES_PINNED_TO_OLD_ROLE | 4 5 6 | RemoveRole AddRole Replace        | 32+3 | HEALTHY
      B7  | stopped | both    | ROLE_RECREATED            | POLICIES_PINNED_TO_OLD_ROLE | 4 5 6 | RemoveRole AddRole                | 29+2 | REPAIRED_UNVERIFIED
      B8  | both    | both    | ROLE_RECREATED            | POLICIES_PINNED_TO_OLD_ROLE | 4 5 5 | -                                 | -    | -
      B9  | running | without | TRUST_LACKS_EC2           | -                           | 4 5 5 | UpdateAssumeRolePolicy            | 20+1 | REPAIRED_UNVERIFIED
      B9  | running | with    | TRUST_LACKS_EC2           | -                           | 4 5 5 | UpdateAssumeRolePolicy            | 20+1 | HEALTHY
      B9  | stopped | both    | TRUST_LACKS_EC2           | -                           | 4 5 5 | UpdateAssumeRolePolicy            | 20+1 | REPAIRED_UNVERIFIED
      B10 | running | without | SESSIONS_REVOKED          | -                           | 4 5 5 | Replace                           | 11+1 | REPAIRED_UNVERIFIED
      B10 | running | with    | SESSIONS_REVOKED          | -                           | 4 5 9 | Replace Stop Start                | 18+1 | HEALTHY
      B10 | stopped | both    | -                         | -                           | 4 5 5 | -                                 | -    | -
      B11 | both    | both    | ASSOCIATION_IN_TRANSITION | -                           | 4 5 5 | -                                 | -    | -
      B12 | both    | both    | INSTANCE_IN_TRANSITION    | -                           | 4 5 5 | -                                 | -    | -
      B13 | running | without | METADATA_DISABLED         | -                           | 4 5 5 | ModifyInstanceMetadataOptions     | 14+1 | REPAIRED_UNVERIFIED
      B13 | running | with    | METADATA_DISABLED         | -                           | 4 5 5 | ModifyInstanceMetadataOptions     | 14+1 | HEALTHY
      B13 | stopped | both    | METADATA_DISABLED         | -                           | 4 5 5 | ModifyInstanceMetadataOptions     | 14+1 | REPAIRED_UNVERIFIED
      B14 | running | both    | -                         | CONSUMERS_MAY_LAG           | 4 5 5 | -                                 | -    | -
      B14 | stopped | both    | -                         | -                           | 4 5 5 | -                                 | -    | -
      B15 | running | without | PROFILE_DELETED           | PROFILE_QUOTA_REACHED       | 4 4 5 | Create AddRole Replace            | 7+1  | INCOMPLETE
      B15 | running | with    | PROFILE_DELETED           | PROFILE_QUOTA_REACHED       | 4 4 9 | Create AddRole Replace Stop Start | 10+1 | INCOMPLETE
      B15 | stopped | both    | PROFILE_DELETED           | PROFILE_QUOTA_REACHED       | 4 4 5 | Create AddRole Disassoc Associate | 7+1  | INCOMPLETE
      B16 | running | without | PROFILE_PATH_CHANGED      | -                           | 4 5 5 | Replace                           | 11+1 | REPAIRED_UNVERIFIED
      B16 | running | with    | PROFILE_PATH_CHANGED      | -                           | 4 5 9 | Replace Stop Start                | 18+1 | HEALTHY
      B16 | stopped | both    | PROFILE_PATH_CHANGED      | -                           | 4 5 5 | Disassoc Associate                | 17+2 | REPAIRED_UNVERIFIED
      """;

  private static final Map<String, String> ABBREVIATIONS =
      Map.of(
          "Associate", "Associate",
          "Disassociate", "Disassoc",
          "ReplaceIam", "Replace",
          "CreateInstance", "Create",
          "AddRole", "AddRole",
          "RemoveRole", "RemoveRole",
          "StopInstances", "Stop",
          "StartInstances", "Start");

  /** Where an instance is, and what of it can be seen. */
  record Place(MatrixState state, boolean stopped, boolean metadata) {
    @Override
    public String toString() {
      return state + (stopped ? " stopped" : " running") + (metadata ? " with" : " without");
    }
  }

  /** A line of the table. */
  record Line(
      Place place,
      List<String> findings,
      List<String> possibilities,
      List<String> calls,
      List<String> steps,
      String repair,
      String verdict) {
    @Override
    public String toString() {
      return place.toString();
    }
  }

  static List<Line> lines() {
    return TABLE.lines().flatMap(MatrixTest::parse).toList();
  }

  private static Stream<Line> parse(String text) {
    String[] cells = text.split("\\|", -1);
    var lines = new ArrayList<Line>();
    for (boolean stopped : choices(cells[1], "running", "stopped")) {
      for (boolean metadata : choices(cells[2], "without", "with")) {
        lines.add(
            new Line(
                new Place(MatrixState.valueOf(cells[0].strip()), stopped, metadata),
                words(cells[3]),
                words(cells[4]),
                words(cells[5]),
                words(cells[6]),
                cells[7].strip(),
                cells[8].strip()));
      }
    }
    return lines.stream();
  }

  private static List<Boolean> choices(String cell, String no, String yes) {
    assertThat(cell.strip()).isIn(no, yes, "both");
    return Stream.of(false, true)
        .filter(each -> List.of("both", each ? yes : no).contains(cell.strip()))
        .toList();
  }

  private static List<String> words(String cell) {
    String text = cell.strip();
    return text.equals("-") ? List.of() : Arrays.asList(text.split(" ", -1));
  }

  @Test
  void the_table_has_every_state_in_every_place_once_and_no_diagnosis_of_more_than_four_calls() {
    assertThat(lines())
        .extracting(Line::place)
        .doesNotHaveDuplicates()
        .hasSize(MatrixState.values().length * 2 * 2);
    assertThat(lines())
        .allSatisfy(line -> assertThat(Integer.parseInt(line.calls().get(0))).isLessThan(5));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void each_state_in_each_place(Line line) throws Exception {
    Place place = line.place();
    try (var account = new MatrixAccount(place.state(), place.stopped())) {
      InstanceProfileOps ops = account.ops(place.metadata());
      ops.diagnose(account.id());
      int shallow = reads(account);
      InstanceDiagnosis diagnosis = ops.diagnoseDeeply(account.target());
      int deep = reads(account);
      RepairPlan plan = ops.plan(account.target());
      int planned = reads(account);

      assertThat(types(diagnosis.findings())).isEqualTo(line.findings());
      assertThat(types(diagnosis.possibilities())).isEqualTo(line.possibilities());
      assertThat(diagnosis.unknowns().isEmpty())
          .as("everything is known only of a running instance with its metadata")
          .isEqualTo(place.metadata() && diagnosisSeesMetadata(place));
      assertThat(shallow + " " + deep + " " + planned).isEqualTo(String.join(" ", line.calls()));
      assertThat(abbreviated(plan)).isEqualTo(line.steps());
      if (line.steps().isEmpty()) {
        assertThat(plan.nothingToDo()).isEqualTo(line.findings().isEmpty());
        return;
      }
      repair(line, account, plan);
    }
  }

  private static void repair(Line line, MatrixAccount account, RepairPlan plan) {
    boolean metadata = line.place().metadata();
    RepairReport report = account.ops(metadata, plan.policy()).execute(plan);

    List<ApiCall> calls = account.calls();
    long writes =
        calls.stream()
            .filter(ApiCall::write)
            // Only asked whether it would be allowed.
            .filter(call -> !call.outcome().equals("DryRunOperation"))
            .count();
    assertThat(report.verdict()).as(report.describe()).hasToString(line.verdict());
    assertThat(calls.size() - writes + "+" + writes).isEqualTo(line.repair());
    if (line.place().state() == MatrixState.B15) {
      assertThat(report.describe())
          .contains("LimitExceeded", "InstanceProfilesPerAccount")
          .contains("Which profiles hold no role", "iam:ListInstanceProfiles");
      return;
    }
    assertThat(account.ops(metadata).diagnoseDeeply(account.target()).healthy()).isTrue();
    account.calls();
    assertThat(account.ops(metadata).plan(account.target()).nothingToDo()).isTrue();
    assertThat(reads(account)).as("calls of a second run").isEqualTo(5);
  }

  /** The actions without which the repair in that place cannot be done. */
  static Stream<Arguments> needed() {
    List<String> looks =
        List.of(
            "ec2:DescribeInstances",
            "ec2:DescribeIamInstanceProfileAssociations",
            "iam:GetInstanceProfile");
    return Stream.of(
            needed(
                new Place(MatrixState.B2, true, false),
                looks,
                "iam:CreateInstanceProfile",
                "iam:AddRoleToInstanceProfile",
                "iam:PassRole",
                "ec2:DisassociateIamInstanceProfile",
                "ec2:AssociateIamInstanceProfile"),
            needed(
                new Place(MatrixState.B4, false, false),
                looks,
                "iam:AddRoleToInstanceProfile",
                "iam:PassRole",
                "ec2:ReplaceIamInstanceProfileAssociation"),
            needed(
                new Place(MatrixState.B5, false, true),
                looks,
                "ec2:ReplaceIamInstanceProfileAssociation",
                "iam:PassRole",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstanceAttribute",
                "ec2:StopInstances",
                "ec2:StartInstances"),
            needed(
                new Place(MatrixState.B7, false, true),
                looks,
                "iam:RemoveRoleFromInstanceProfile",
                "iam:AddRoleToInstanceProfile",
                "iam:PassRole",
                "ec2:ReplaceIamInstanceProfileAssociation"),
            needed(
                new Place(MatrixState.B16, false, true),
                looks,
                "ec2:ReplaceIamInstanceProfileAssociation",
                "iam:PassRole"))
        .flatMap(each -> each);
  }

  private static Stream<Arguments> needed(Place place, List<String> looks, String... more) {
    return Stream.concat(looks.stream(), Stream.of(more))
        .map(action -> Arguments.of(place, action));
  }

  @ParameterizedTest
  @MethodSource("needed")
  void without_one_action_of_its_policy_a_repair_says_which(Place place, String action)
      throws Exception {
    try (var account = new MatrixAccount(place.state(), place.stopped())) {
      RepairPlan plan = account.ops(place.metadata()).plan(account.target());
      assertThat(plan.policy()).contains("\"" + action + "\"");

      RepairReport report =
          account.ops(place.metadata(), without(plan.policy(), action)).execute(plan);

      assertThat(report.succeeded()).isFalse();
      assertThat(report.describe()).contains(action);
    }
  }

  static String without(String policy, String action) {
    IamPolicy whole = IamPolicy.fromJson(policy);
    var statements = new ArrayList<IamStatement>();
    for (IamStatement each : whole.statements()) {
      var left = each.actions().stream().filter(other -> !other.value().equals(action)).toList();
      if (!left.isEmpty()) {
        statements.add(each.toBuilder().actions(left).build());
      }
    }
    return whole.toBuilder().statements(statements).build().toJson();
  }

  /** The number of calls since the last look, none of which may have been a write. */
  private static int reads(MatrixAccount account) {
    List<ApiCall> calls = account.calls();
    assertThat(calls).noneMatch(ApiCall::write);
    return calls.size();
  }

  private static boolean diagnosisSeesMetadata(Place place) {
    return !place.stopped() && place.state() != MatrixState.B12 && place.state() != MatrixState.B13;
  }

  private static List<String> types(List<Finding> findings) {
    return findings.stream().map(finding -> finding.type().name()).toList();
  }

  private static List<String> abbreviated(RepairPlan plan) {
    return plan.steps().stream()
        .map(RepairStep::operation)
        .map(
            name ->
                ABBREVIATIONS.entrySet().stream()
                    .filter(each -> name.startsWith(each.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(name))
        .toList();
  }
}
