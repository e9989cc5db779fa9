package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.Fault;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nobody must read a text to know why a diagnosis failed, and no state of the world is misuse. */
class ExceptionKindTest {
  private static InstanceProfileOpsException thrown(ThrowingCallable call) {
    return catchThrowableOfType(InstanceProfileOpsException.class, call);
  }

  @ParameterizedTest(name = "{2} is {3}")
  @CsvSource({
    "DescribeInstances, 403, UnauthorizedOperation, DENIED",
    "DescribeInstances, 401, AuthFailure, DENIED",
    "GetInstanceProfile, 403, InvalidClientTokenId, DENIED",
    "GetInstanceProfile, 400, Throttling, THROTTLED",
    "DescribeInstances, 503, RequestLimitExceeded, THROTTLED",
    "DescribeInstances, 503, Unavailable, NO_ANSWER",
    "DescribeInstances, 400, InvalidAction, UNIMPLEMENTED",
    "DescribeInstances, 400, InvalidParameterCombination, REFUSED",
    "DescribeInstances, 400, InvalidInstanceID.NotFound, NO_SUCH_INSTANCE",
  })
  void an_error_has_a_kind_and_its_code(
      String operation, int status, String code, InstanceProfileOpsException.Kind kind) {
    try (var broken = new Broken(Broken.State.B3)) {
      broken.account.inject(Fault.error(status, code, "no").on(operation));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> ops.diagnose(broken.id), () -> ops.plan(broken.target()))) {
        InstanceProfileOpsException failure = thrown(call);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.operation()).isEqualTo(operation);
        assertThat(failure.code()).contains(code);
      }
    }
  }

  @Test
  void an_unknown_instance_is_a_state_of_the_world() {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceId unknown = InstanceId.of("i-0123456789abcdef0");
      RepairTarget target = RepairTarget.forInstance(unknown).build();
      InstanceProfileOps ops = broken.process(new KeptJournal());

      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> ops.diagnose(unknown),
              () -> ops.diagnoseDeeply(target),
              () -> ops.plan(target))) {
        InstanceProfileOpsException failure = thrown(call);
        assertThat(failure.kind()).isEqualTo(InstanceProfileOpsException.Kind.NO_SUCH_INSTANCE);
        assertThat(failure).hasMessageContaining("EC2 knows no instance " + unknown);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GetInstanceProfile, AIPAEXAMPLE, NOT_SHOWN_YET",
    "DescribeInstances, AIPAEXAMPLE, NOT_SHOWN_YET",
    "GetInstanceProfile, nonsense, MALFORMED_ANSWER",
  })
  void an_arn_that_is_none_is_told_from_one_that_is_not_shown_yet(
      String twisted, String arn, InstanceProfileOpsException.Kind kind) {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceProfileOps ops =
          broken.process(
              new KeptJournal(),
              new TwistedAnswers(
                  (operation, xml) -> {
                    if (operation.equals("DescribeIamInstanceProfileAssociations")
                        && twisted.equals("DescribeInstances")) {
                      return "<html>not allowed</html>";
                    }
                    return operation.equals(twisted)
                        ? xml.replaceAll(
                            "<([Aa]rn)>[^<]*:instance-profile/[^<]*<", "<$1>" + arn + "<")
                        : xml;
                  }));
      if (twisted.equals("DescribeInstances")) {
        broken.account.inject(Fault.status(405).on("DescribeIamInstanceProfileAssociations"));
      }

      assertThat(thrown(() -> ops.diagnose(broken.id)).kind()).isEqualTo(kind);
    }
  }

  @Test
  void an_instance_id_that_is_none_is_a_malformed_answer() {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceProfileOps ops =
          broken.process(
              new KeptJournal(),
              new TwistedAnswers(
                  (operation, xml) -> xml.replaceAll("<instanceId>[^<]*<", "<instanceId>x y<")));

      assertThat(thrown(() -> ops.diagnoseProfile("web")).kind())
          .isEqualTo(InstanceProfileOpsException.Kind.MALFORMED_ANSWER);
    }
  }

  @Test
  void an_interrupt_is_one() {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      Thread.currentThread().interrupt();

      assertThat(thrown(() -> ops.diagnose(broken.id)).kind())
          .isEqualTo(InstanceProfileOpsException.Kind.INTERRUPTED);
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
