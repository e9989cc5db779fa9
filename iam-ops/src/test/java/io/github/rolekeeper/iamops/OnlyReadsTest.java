package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * Which methods of the SDK's clients a diagnosis and a plan call. The account cannot show this: a
 * writing call that it refuses, or one that is answered by a cache, leaves no trace in its state.
 */
class OnlyReadsTest {
  private static final List<String> READING = List.of("describe", "get", "list");

  /** Asks the client, and nobody else. */
  private static final String LOCAL = "serviceClientConfiguration";

  @ParameterizedTest
  @EnumSource
  void a_diagnosis_and_a_plan_call_no_writing_method_of_either_client(MatrixState state)
      throws Exception {
    try (var account = new MatrixAccount(state, false)) {
      Ec2Client ec2 = mock(Ec2Client.class, delegatesTo(account.ec2()));
      IamClient iam = mock(IamClient.class, delegatesTo(account.iam()));
      InstanceProfileOps ops = InstanceProfileOps.create(ec2, iam);

      ops.diagnose(account.id());
      ops.diagnoseDeeply(account.target());
      ops.diagnoseProfile("web");
      ops.diagnoseRole("web-role");
      ops.plan(account.target());

      assertThat(called(ec2)).contains("describeInstances").allMatch(OnlyReadsTest::reads);
      assertThat(called(iam)).contains("getInstanceProfile").allMatch(OnlyReadsTest::reads);
    }
  }

  private static Set<String> called(Object client) {
    return mockingDetails(client).getInvocations().stream()
        .map(invocation -> invocation.getMethod().getName())
        .filter(method -> !method.equals(LOCAL))
        .collect(Collectors.toSet());
  }

  private static boolean reads(String method) {
    return READING.stream().anyMatch(method::startsWith);
  }
}
