package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.Timing;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** Revoking and lifting, whatever happens to the calls. */
class SessionRevocationsTest {
  private final MutableClock clock = MutableClock.at("2026-01-01T00:00:00Z");
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceProfileOps ops;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    id = InstanceId.of(account.launchInstance("web").id());
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
    iam = SdkClients.administrator(account).build(IamClient.builder());
    ops =
        InstanceProfileOps.builder(ec2, iam)
            .clock(clock)
            .pauser(clock::advance)
            .ownHost(id -> false)
            .journal(new KeptJournal())
            .build();
    clock.advance(Duration.ofMinutes(10));
    account.clearJournal();
  }

  @AfterEach
  void close() {
    ec2.close();
    iam.close();
    account.close();
  }

  private RevocationReport lift() {
    return ops.liftRevocation("web-role", LiftAcknowledgement.OLD_SESSIONS_WORK_AGAIN);
  }

  @Test
  void sessions_are_revoked_once_and_that_is_found_by_a_diagnosis() {
    RevocationReport report = ops.revokeSessions("web-role");

    assertThat(report.changed()).isTrue();
    assertThat(report.revokedBefore()).contains(Instant.parse("2026-01-01T00:10:00Z"));
    assertThat(report.describe()).contains("web-role issued before 2026-01-01T00:10:00Z");
    assertThat(ops.diagnose(id).has(FindingType.SESSIONS_REVOKED)).isTrue();

    assertThat(ops.revokeSessions("web-role").changed()).isFalse();
    assertThat(account.mutatingCalls()).containsExactly("PutRolePolicy");
  }

  @Test
  void a_later_revocation_moves_the_time() {
    ops.revokeSessions("web-role");
    clock.advance(Duration.ofMinutes(1));

    assertThat(ops.revokeSessions("web-role").revokedBefore())
        .contains(Instant.parse("2026-01-01T00:11:00Z"));
    assertThat(account.mutatingCalls()).containsExactly("PutRolePolicy", "PutRolePolicy");
  }

  @Test
  void a_revocation_is_lifted_once() {
    ops.revokeSessions("web-role");

    assertThat(lift().changed()).isTrue();
    assertThat(lift().changed()).isFalse();
    assertThat(ops.diagnose(id).has(FindingType.SESSIONS_REVOKED)).isFalse();
    assertThat(account.mutatingCalls()).containsExactly("PutRolePolicy", "DeleteRolePolicy");
  }

  @Test
  void a_lost_answer_is_settled_by_looking_and_nothing_is_repeated() {
    account.inject(Fault.lostAnswer().on("PutRolePolicy").times(1));
    account.inject(Fault.lostAnswer().on("DeleteRolePolicy").times(1));

    assertThat(ops.revokeSessions("web-role").changed()).isTrue();
    lift();

    assertThat(account.mutatingCalls()).containsExactly("PutRolePolicy", "DeleteRolePolicy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Throttling", "ConcurrentModification"})
  void a_call_that_had_no_effect_is_repeated(String code) {
    account.inject(Fault.error(400, code, "later").on("PutRolePolicy").times(1));

    assertThat(ops.revokeSessions("web-role").revokedBefore()).isPresent();
  }

  @Test
  void a_slow_iam_is_waited_for_and_called_once() {
    account.timing(Timing.IAM_READ_AFTER_WRITE, Duration.ofSeconds(30));

    assertThat(ops.revokeSessions("web-role").changed()).isTrue();
    assertThat(account.mutatingCalls()).containsExactly("PutRolePolicy");
  }

  @Test
  void a_denial_names_the_permission_and_a_failure_without_end_ends() {
    account.inject(Fault.error(403, "AccessDenied", "no").on("PutRolePolicy").times(1));
    assertThatExceptionOfType(InstanceProfileOpsException.class)
        .isThrownBy(() -> ops.revokeSessions("web-role"))
        .withMessageContaining("iam:PutRolePolicy");

    account.inject(Fault.internalError().on("PutRolePolicy"));
    assertThatExceptionOfType(InstanceProfileOpsException.class)
        .isThrownBy(() -> ops.revokeSessions("web-role"))
        .withMessageContaining("no effect within 2 minutes");
  }

  @Test
  void a_role_that_does_not_exist_is_told() {
    assertThatExceptionOfType(InstanceProfileOpsException.class)
        .isThrownBy(() -> ops.revokeSessions("nobody"))
        .withMessageContaining("NoSuchEntity");
  }

  @Test
  void the_role_of_an_instance_is_told() {
    assertThat(ops.roleOf(id)).contains("web-role");
    account.deleteInstanceProfile("web");
    assertThat(ops.roleOf(id)).isEmpty();
  }
}
