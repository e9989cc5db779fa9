package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.Confidence;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;

/** Metadata are healthy only with credentials of the profile's role that still work. */
class ServedCredentialsTest {
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":"%s.amazonaws.com"}}]}\
      """;

  private static InstanceProfileOps ops(Broken broken) {
    return broken.process(new KeptJournal());
  }

  private static void trust(Broken broken, String service) {
    broken
        .adminIam()
        .updateAssumeRolePolicy(
            r -> r.roleName("web-role").policyDocument(TRUST.formatted(service)));
  }

  /** The metadata service is on, and nothing else is wrong. */
  private static Broken whole() {
    var broken = new Broken(Broken.State.B9);
    trust(broken, "ec2");
    assertThat(ops(broken).diagnose(broken.id).healthy()).isTrue();
    return broken;
  }

  @Test
  void credentials_that_have_expired_are_broken_now() {
    try (var broken = whole()) {
      InstanceDiagnosis diagnosis =
          broken
              .builder(new KeptJournal())
              .clock(() -> broken.clock.instant().plus(Duration.ofHours(12)))
              .build()
              .diagnose(broken.id);

      assertThat(diagnosis.findings())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.type()).isEqualTo(FindingType.METADATA_LAGS);
                assertThat(finding.severity()).isEqualTo(Severity.BROKEN_NOW);
                assertThat(finding.explanation()).contains("serves credentials that expired at");
                assertThat(finding.evidence())
                    .singleElement()
                    .extracting(Evidence::call, Evidence::field)
                    .containsExactly("meta-data/iam/security-credentials/web-role", "Expiration");
              });
    }
  }

  @Test
  void credentials_of_the_role_that_the_profile_held_before_are_told() {
    try (var broken = whole()) {
      broken.account.createInstanceProfile("other", "other-role");
      broken
          .adminIam()
          .removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      broken
          .adminIam()
          .addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("other-role"));

      InstanceDiagnosis diagnosis =
          ops(broken)
              .diagnoseDeeply(RepairTarget.forInstance(broken.id).role("other-role").build());

      assertThat(diagnosis.findings())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.type()).isEqualTo(FindingType.METADATA_LAGS);
                assertThat(finding.severity()).isEqualTo(Severity.BROKEN_NOW);
                assertThat(finding.explanation())
                    .contains("credentials of role web-role, and the profile holds other-role");
                assertThat(finding.loss()).isEmpty();
              });
    }
  }

  @Test
  void what_the_metadata_say_of_a_role_that_ec2_could_not_assume_is_evidence() {
    try (var broken = whole()) {
      trust(broken, "lambda");
      broken.clock.advance(Duration.ofHours(12));

      assertThat(ops(broken).diagnose(broken.id).findings())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.type()).isEqualTo(FindingType.TRUST_LACKS_EC2);
                assertThat(finding.evidence())
                    .extracting(Evidence::seen)
                    .anySatisfy(
                        seen -> assertThat(seen).startsWith("AssumeRoleUnauthorizedAccess: "));
              });

      trust(broken, "ec2");

      assertThat(ops(broken).diagnose(broken.id).findings())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.type()).isEqualTo(FindingType.METADATA_LAGS);
                assertThat(finding.explanation())
                    .contains("no credentials of role web-role: AssumeRoleUnauthorizedAccess");
                assertThat(finding.cure()).startsWith("see that no condition and no Deny");
                assertThat(finding.evidence())
                    .singleElement()
                    .satisfies(
                        evidence -> {
                          assertThat(evidence.field()).isEqualTo("Code, Message");
                          assertThat(evidence.expected()).isEqualTo("Success");
                        });
              });
    }
  }

  @Test
  void where_no_trust_policy_can_be_read_the_metadata_tell_that_ec2_may_not_assume_the_role() {
    try (var broken = whole()) {
      trust(broken, "lambda");
      broken.clock.advance(Duration.ofHours(12));

      InstanceDiagnosis diagnosis =
          broken.process(new KeptJournal(), new WithoutTrust()).diagnose(broken.id);

      assertThat(diagnosis.findings())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.type()).isEqualTo(FindingType.TRUST_LACKS_EC2);
                assertThat(finding.confidence()).isEqualTo(Confidence.MEDIUM);
                assertThat(finding.evidence())
                    .singleElement()
                    .extracting(Evidence::call)
                    .isEqualTo("meta-data/iam/security-credentials/web-role");
              });
    }
  }

  private static final class WithoutTrust implements ExecutionInterceptor {
    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes executionAttributes) {
      if (!(context.response() instanceof GetInstanceProfileResponse answer)) {
        return context.response();
      }
      var profile = answer.instanceProfile();
      var role = profile.roles().get(0).toBuilder().assumeRolePolicyDocument(null).build();
      return answer.toBuilder().instanceProfile(profile.toBuilder().roles(role).build()).build();
    }
  }
}
