package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** What the simulated account cannot show, because it answers as AWS does. */
class DiagnosisRulesTest {
  private static final InstanceProfileArn ARN =
      InstanceProfileArn.parse("arn:aws:iam::123456789012:instance-profile/web");
  private static final String OLD = "AIPAJQABLZS4A3QDU576Q";
  private static final String NEW = "AIPAJQABLZS4A3QDU577Q";

  @Test
  void ids_of_a_form_that_aws_does_not_issue_are_no_evidence() {
    InstanceDiagnosis diagnosis =
        DiagnosisRules.diagnose(view("iip-assoc-0123456789abcdef0", NEW), Optional.empty());

    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.unknowns())
        .anySatisfy(unknown -> assertThat(unknown.describe()).contains("whether the ids agree"));
  }

  @Test
  void two_ids_of_a_look_alike_s_own_form_are_evidence_of_less_weight() {
    InstanceView view =
        view("hiafyljmyth5hsqeftaq", "iip-assoc-e839215c5d9b519cb", null, "i493jt5uzv866fl9wg16");

    assertThat(DiagnosisRules.diagnose(view, Optional.empty()).findings())
        .extracting(Finding::type, Finding::confidence)
        .containsExactly(Tuple.tuple(FindingType.STALE_PROFILE_ID, Confidence.MEDIUM));
  }

  @Test
  void equal_ids_agree_whatever_their_form() {
    String id = "iip-1";

    assertThat(DiagnosisRules.diagnose(view(id, id, null, id), Optional.empty()).healthy())
        .isTrue();
  }

  @Test
  void nothing_is_planned_on_such_ids() {
    InstanceView view = view("iip-assoc-0123456789abcdef0", NEW);

    RepairPlan plan =
        RepairPlanner.plan(
            "plan-1", view, RepairTarget.forInstance(view.instance()).build(), Optional.empty());

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.obstacles()).singleElement().asString().contains("point at AWS itself");
  }

  @Test
  void an_association_and_an_instance_that_disagree_lower_the_confidence() {
    assertThat(DiagnosisRules.diagnose(view(OLD, OLD), Optional.empty()).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.confidence()).isEqualTo(Confidence.HIGH));
    assertThat(DiagnosisRules.diagnose(view(OLD, NEW), Optional.empty()).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.confidence()).isEqualTo(Confidence.MEDIUM));
  }

  @Test
  void a_role_created_again_is_told_with_the_policies_that_may_still_name_the_old_one() {
    InstanceView.RoleNow again = new InstanceView.RoleNow(Optional.of("AROAJQABLZS4A3QDU577Q"));

    InstanceDiagnosis diagnosis = DiagnosisRules.diagnose(view(NEW, NEW, again), Optional.empty());

    assertThat(diagnosis.findings())
        .extracting(Finding::type, Finding::confidence)
        .containsExactly(Tuple.tuple(FindingType.ROLE_RECREATED, Confidence.HIGH));
    assertThat(diagnosis.possibilities())
        .extracting(Finding::type, Finding::confidence)
        .containsExactly(Tuple.tuple(FindingType.POLICIES_PINNED_TO_OLD_ROLE, Confidence.LOW));
  }

  @Test
  void several_findings_stand_in_the_order_in_which_they_are_cured() {
    InstanceView whole =
        view(OLD, OLD, new InstanceView.RoleNow(Optional.of("AROAJQABLZS4A3QDU577Q")));

    InstanceDiagnosis diagnosis = DiagnosisRules.diagnose(whole, Optional.of("other-role"));

    assertThat(diagnosis.findings())
        .extracting(Finding::type)
        .as("what the profile holds, and only then the association")
        .containsExactly(
            FindingType.ROLE_RECREATED, FindingType.WRONG_ROLE, FindingType.STALE_PROFILE_ID);
    assertThat(diagnosis.findings())
        .allSatisfy(
            finding -> {
              assertThat(finding.evidence()).isNotEmpty();
              assertThat(List.of(finding.explanation(), finding.cure(), finding.disruption()))
                  .noneMatch(String::isBlank);
              assertThat(finding.permissions()).isNotEmpty();
            });
  }

  @Test
  void what_may_be_broken_has_a_latest_end_and_a_stopped_instance_has_nothing_left_to_lose() {
    Instant now = view(OLD, OLD).at();
    assertThat(DiagnosisRules.diagnose(view(OLD, OLD), Optional.empty()).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.BROKEN_OR_WILL_BREAK);
              assertThat(finding.loss())
                  .contains(
                      new LossWindow(
                          Optional.empty(), now.plus(Duration.ofHours(6).plusMinutes(36))));
            });
    assertThat(
            DiagnosisRules.diagnose(view("stopped", OLD, OLD, null, NEW), Optional.empty())
                .findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.BROKEN_NOW);
              assertThat(finding.loss()).isEmpty();
            });
  }

  @Test
  void credentials_without_an_expiration_will_break_at_an_unknown_time() {
    InstanceView gone =
        view(OLD, OLD)
            .withMetadata(
                new MetadataSight.ShowsProfile(
                    InstanceProfileId.of(OLD),
                    new CredentialMetadata(
                        Optional.of("web-role"),
                        "ASIAEXAMPLE00000000",
                        Optional.empty(),
                        Optional.empty()),
                    Optional.empty()));

    InstanceDiagnosis diagnosis = DiagnosisRules.diagnose(gone, Optional.empty());

    assertThat(diagnosis.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WILL_BREAK);
              assertThat(finding.loss()).isEmpty();
            });
    assertThat(diagnosis.unknowns()).extracting(Unknown::type).contains(UnknownType.SESSION_END);
    assertThat(diagnosis.lossSignal()).isPresent();
  }

  @Test
  void a_role_that_is_gone_is_told_and_one_that_is_the_same_is_not() {
    assertThat(
            DiagnosisRules.diagnose(
                    view(NEW, NEW, new InstanceView.RoleNow(Optional.empty())), Optional.empty())
                .findings())
        .extracting(Finding::type)
        .containsExactly(FindingType.ROLE_RECREATED);
    assertThat(
            DiagnosisRules.diagnose(
                    view(NEW, NEW, new InstanceView.RoleNow(Optional.of("AROAJQABLZS4A3QDU576Q"))),
                    Optional.empty())
                .findings())
        .isEmpty();
  }

  private static InstanceView view(String idInAssociation, String idInInstance) {
    return view(idInAssociation, idInInstance, null);
  }

  private static InstanceView view(
      String idInAssociation, String idInInstance, InstanceView.RoleNow roleNow) {
    return view(idInAssociation, idInInstance, roleNow, NEW);
  }

  private static InstanceView view(
      String idInAssociation,
      String idInInstance,
      InstanceView.RoleNow roleNow,
      String idOfProfile) {
    return view("running", idInAssociation, idInInstance, roleNow, idOfProfile);
  }

  private static InstanceView view(
      String state,
      String idInAssociation,
      String idInInstance,
      InstanceView.RoleNow roleNow,
      String idOfProfile) {
    return new InstanceView(
        InstanceId.of("i-0123456789abcdef0"),
        new AccountRef("aws", "123456789012", "us-east-1"),
        Instant.parse("2026-01-01T00:00:00Z"),
        state,
        Optional.of(
            new InstanceView.Association(
                "iip-assoc-0123456789abcdef0",
                "associated",
                Optional.empty(),
                ARN,
                InstanceProfileId.of(idInAssociation),
                InstanceProfileId.of(idInInstance))),
        Optional.of("web"),
        Optional.of(
            new InstanceView.Profile(
                "web",
                ARN,
                InstanceProfileId.of(idOfProfile),
                Optional.of(new InstanceView.Role("web-role", "AROAJQABLZS4A3QDU576Q", "")),
                Map.of())),
        Optional.empty(),
        MetadataSight.NotAsked.NO_CLIENT,
        Optional.empty(),
        Optional.ofNullable(roleNow),
        true,
        List.of(),
        true,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        InstanceView.Halt.UNTOLD,
        InstanceView.Sought.NOTHING);
  }
}
