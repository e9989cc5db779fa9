package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.policybuilder.iam.IamAction;
import software.amazon.awssdk.policybuilder.iam.IamCondition;
import software.amazon.awssdk.policybuilder.iam.IamConditionKey;
import software.amazon.awssdk.policybuilder.iam.IamConditionOperator;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamResource;
import software.amazon.awssdk.policybuilder.iam.IamStatement;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * A start needs a grant for the keys of the volumes. The simulated account knows no volumes, so
 * that the answer is put in the place of its own.
 */
class VolumesTest {
  private static final String KEY =
      "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private final Volumes volumes = new Volumes();
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceMetadataClient metadata;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    ec2 =
        SdkClients.administrator(account)
            .inProcess()
            .build(
                Ec2Client.builder().overrideConfiguration(o -> o.addExecutionInterceptor(volumes)));
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
    metadata = Metadata.client(instance.metadataEndpoint());
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
  }

  @AfterEach
  void close() {
    metadata.close();
    iam.close();
    ec2.close();
    account.close();
  }

  /** Says of the volumes what a test wants. */
  private static final class Volumes implements ExecutionInterceptor {
    private String answer = "";

    void are(String items) {
      answer =
          """
          <DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
          <volumeSet>%s</volumeSet></DescribeVolumesResponse>"""
              .formatted(items);
    }

    private boolean asked(Object request) {
      return request instanceof DescribeVolumesRequest && !answer.isEmpty();
    }

    @Override
    public SdkHttpResponse modifyHttpResponse(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      return asked(context.request())
          ? context.httpResponse().toBuilder().statusCode(200).build()
          : context.httpResponse();
    }

    @Override
    public Optional<InputStream> modifyHttpResponseContent(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      return asked(context.request())
          ? Optional.of(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)))
          : context.responseBody();
    }
  }

  private String volume(String encryption) {
    return "<item><volumeId>vol-0123</volumeId>"
        + encryption
        + "<attachmentSet><item><instanceId>"
        + instance.id()
        + "</instanceId></item></attachmentSet></item>";
  }

  private String encrypted() {
    return volume("<encrypted>true</encrypted><kmsKeyId>" + KEY + "</kmsKeyId>");
  }

  private RepairPlan plan(boolean stop) {
    RepairTarget.Builder target = RepairTarget.forInstance(InstanceId.of(instance.id()));
    return InstanceProfileOps.builder(ec2, iam)
        .clock(clock)
        .metadata(metadata)
        .ownHost(id -> false)
        .build()
        .plan(stop ? target.allowStopStart().build() : target.build());
  }

  @Test
  void the_keys_of_encrypted_volumes_are_told_before_a_start() {
    volumes.are(encrypted() + volume("<encrypted>false</encrypted>"));

    RepairPlan plan = plan(true);

    assertThat(plan.has(RepairAction.START_INSTANCES)).isTrue();
    assertThat(plan.notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .startsWith("volumes of the instance are encrypted with " + KEY + "; if")
                    .contains("kms:CreateGrant", "falls back to stopped"));
    assertThat(plan.policy()).contains("ec2:DescribeVolumes").doesNotContain("kms:");
    assertThat(grant(plan).resources()).containsExactly(IamResource.create(KEY));
    assertThat(grant(plan).conditions())
        .containsExactly(
            IamCondition.create(
                IamConditionOperator.BOOL,
                IamConditionKey.create("kms:GrantIsForAWSResource"),
                "true"));
  }

  private static IamStatement grant(RepairPlan plan) {
    return IamPolicy.fromJson(plan.wayBackPolicy()).statements().stream()
        .filter(each -> each.actions().contains(IamAction.create("kms:CreateGrant")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void volumes_that_are_not_encrypted_need_no_grant() {
    volumes.are(volume("<encrypted>false</encrypted>"));

    assertThat(plan(true).describe()).doesNotContain("kms:CreateGrant");
  }

  @Test
  void volumes_that_may_not_be_listed_are_an_unknown_and_no_failure() {
    account.inject(Fault.error(403, "UnauthorizedOperation", "no").on("DescribeVolumes"));

    RepairPlan plan = plan(true);

    assertThat(plan.has(RepairAction.START_INSTANCES)).isTrue();
    assertThat(plan.diagnosis().unknowns())
        .filteredOn(each -> each.type() == UnknownType.VOLUME_ENCRYPTION)
        .singleElement()
        .satisfies(each -> assertThat(each.describe()).contains("ec2:DescribeVolumes"));
    assertThat(plan.notes())
        .anyMatch(note -> note.startsWith("whether a volume of the instance is encrypted is not"));
    assertThat(grant(plan).resources())
        .containsExactly(IamResource.create("arn:aws:kms:us-east-1:*:key/*"));
  }

  @Test
  void who_starts_nothing_is_not_asked_for_volumes() {
    volumes.are(encrypted());
    account.clearJournal();

    assertThat(plan(false).describe()).doesNotContain("kms:CreateGrant");
    assertThat(account.calls()).noneMatch(call -> call.operation().equals("DescribeVolumes"));
  }
}
