package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.InstanceOptions;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * An instance whose metadata follows only when it is stopped and started, and which that would
 * harm.
 */
class StopSafetyTest {
  /** What speaks against stopping, and the reason that is given. */
  enum Guard {
    ROOT_DEVICE("its root device is not EBS", Trait.INSTANCE_STORE_ROOT),
    INSTANCE_STORE_VOLUMES("its type m5d.large has instance store volumes"),
    PUBLIC_ADDRESS("is no Elastic IP and would change", Trait.PUBLIC_IP),
    AUTO_SCALING("it belongs to Auto Scaling group fleet"),
    SPOT_ONE_TIME("it is a Spot instance, which may not come back", Trait.SPOT),
    SPOT_IN_FLEET("it is a Spot instance of fleet fleet-1", Trait.SPOT),
    STOP_PROTECTION("it is protected from being stopped", Trait.STOP_PROTECTION),
    HIBERNATION("it is set up to hibernate", Trait.HIBERNATION),
    MANAGED("it is managed by the service", Trait.MANAGED),
    HOST_TENANCY("it runs on a Dedicated Host", Trait.HOST_TENANCY),
    CAPACITY_BLOCK("it runs in a Capacity Block"),
    MAC_INTEL("it is a Mac instance, whose host is scrubbed for hours"),
    MAC_APPLE_SILICON("it is a Mac instance, whose host is scrubbed for hours");

    private final String reason;
    private final Trait[] traits;

    Guard(String reason, Trait... traits) {
      this.reason = reason;
      this.traits = traits;
    }
  }

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private Guard twist = Guard.ROOT_DEVICE;
  private SimulatedAccount account;
  private Ec2Client ec2;
  private IamClient iam;
  private AutoScalingClient groups;
  private final List<InstanceMetadataClient> metadata = new ArrayList<>();

  @BeforeEach
  void open() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    ec2 =
        SdkClients.administrator(account)
            .build(
                Ec2Client.builder()
                    .overrideConfiguration(
                        o -> o.addExecutionInterceptor(new TwistedAnswers(this::twisted))));
    iam = SdkClients.administrator(account).build(IamClient.builder());
    groups = SdkClients.administrator(account).build(AutoScalingClient.builder());
  }

  @AfterEach
  void close() {
    metadata.forEach(InstanceMetadataClient::close);
    groups.close();
    iam.close();
    ec2.close();
    account.close();
  }

  @ParameterizedTest
  @EnumSource
  void a_plan_does_not_offer_to_stop_what_that_would_harm(Guard guard) {
    SimulatedInstance instance = broken(launch(guard));

    RepairPlan plan = plan(instance);

    assertThat(plan.steps())
        .extracting(RepairStep::operation)
        .containsExactly("ReplaceIamInstanceProfileAssociation");
    assertThat(plan.notes())
        .anySatisfy(note -> assertThat(note).contains("not offered", guard.reason));
  }

  @ParameterizedTest
  @EnumSource
  void a_plan_to_stop_what_that_would_harm_is_refused_before_its_first_write(Guard guard) {
    SimulatedInstance instance = broken(launch(guard));

    RepairReport report = ops(instance, id -> false).execute(stopping(instance, plan(instance)));

    assertThat(report.outcomes()).hasSize(1);
    assertThat(report.outcomes().get(0).step().operation()).isEqualTo("StopInstances");
    assertThat(report.outcomes().get(0).failure().orElseThrow().kind())
        .isEqualTo(StepFailure.Kind.REFUSED_BY_GUARD);
    assertThat(report.outcomes().get(0).detail()).contains("must not be stopped", guard.reason);
    assertThat(account.mutatingCalls()).isEmpty();
    assertThat(state(instance)).isEqualTo("running");
  }

  @Test
  void what_nothing_speaks_against_is_stopped_and_started() {
    SimulatedInstance instance = broken(account.launchInstance("web"));

    RepairReport report = ops(instance, id -> false).execute(plan(instance));

    assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(account.mutatingCalls()).endsWith("StopInstances", "StartInstances");
  }

  @Test
  void protection_that_was_switched_on_after_the_first_write_is_respected() {
    SimulatedInstance instance = broken(account.launchInstance("web"));
    RepairPlan plan = plan(instance);
    assertThat(plan.steps()).extracting(RepairStep::operation).contains("StopInstances");

    RepairReport report =
        ops(instance, id -> false)
            .execute(
                plan,
                outcome ->
                    ec2.modifyInstanceAttribute(
                        r ->
                            r.instanceId(instance.id())
                                .disableApiStop(value -> value.value(true))));

    assertThat(report.outcomes().get(1).detail()).contains(Guard.STOP_PROTECTION.reason);
    assertThat(account.mutatingCalls()).doesNotContain("StopInstances");
  }

  @Test
  void protection_that_may_not_be_read_counts_as_protection() {
    account.inject(Fault.error(403, "UnauthorizedOperation", "no").on("DescribeInstanceAttribute"));

    assertThat(plan(broken(account.launchInstance("web"))).notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .contains(
                        "whether it is protected from being stopped is unknown",
                        "ec2:DescribeInstanceAttribute"));
  }

  @Test
  void an_instance_of_a_group_may_be_stopped_while_it_is_in_standby() {
    SimulatedInstance instance = broken(launch(Guard.AUTO_SCALING));
    groups.enterStandby(
        r ->
            r.autoScalingGroupName("fleet")
                .instanceIds(instance.id())
                .shouldDecrementDesiredCapacity(true));
    InstanceProfileOps ops = ops(instance, this::standby);

    RepairReport report = ops.execute(ops.plan(target(instance)));

    assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(account.mutatingCalls()).endsWith("StopInstances", "StartInstances");
  }

  @Test
  void a_member_of_a_group_is_told_how_to_have_its_standby_asked() {
    assertThat(plan(broken(launch(Guard.AUTO_SCALING))).notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .contains(
                        "put it in standby first (EnterStandby)",
                        "InstanceProfileOps.builder(…).standby(how)",
                        "LifecycleState Standby in DescribeAutoScalingInstances"));
  }

  @Test
  void whoever_writes_to_a_managed_instance_is_told_the_manager_also_without_a_stop() {
    SimulatedInstance instance = launch(Guard.MANAGED);
    InstanceProfileOps ops = InstanceProfileOps.builder(ec2, iam).clock(clock).build();
    RepairTarget target = RepairTarget.forInstance(InstanceId.of(instance.id())).build();

    assertThat(ops.plan(target).notes()).isEmpty();
    assertThat(ops.plan(target(broken(instance))).notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .contains("is managed by the service eks.amazonaws.com", "put it right there"));
  }

  @Test
  void a_standby_that_cannot_be_found_out_speaks_against_stopping() {
    SimulatedInstance instance = broken(launch(Guard.AUTO_SCALING));
    InstanceProfileOps ops =
        ops(
            instance,
            id -> {
              throw new IllegalStateException("no answer");
            });

    assertThat(ops.plan(target(instance)).notes())
        .anySatisfy(note -> assertThat(note).contains(Guard.AUTO_SCALING.reason, "no answer"));
  }

  private boolean standby(InstanceId id) {
    return groups
        .describeAutoScalingInstances(r -> r.instanceIds(id.value()))
        .autoScalingInstances()
        .stream()
        .anyMatch(each -> each.lifecycleState().equals("Standby"));
  }

  private SimulatedInstance launch(Guard guard) {
    twist = guard;
    InstanceOptions options = InstanceOptions.of(guard.traits);
    switch (guard) {
      case INSTANCE_STORE_VOLUMES -> {
        String id =
            ec2.runInstances(
                    r ->
                        r.imageId("ami-0123456789abcdef0")
                            .instanceType("m5d.large")
                            .minCount(1)
                            .maxCount(1)
                            .iamInstanceProfile(p -> p.name("web")))
                .instances()
                .get(0)
                .instanceId();
        return account.instance(id);
      }
      case AUTO_SCALING -> {
        SimulatedInstance instance = account.launchInstance("web", options);
        groups.createAutoScalingGroup(
            r -> r.autoScalingGroupName("fleet").minSize(0).maxSize(2).desiredCapacity(0));
        groups.attachInstances(r -> r.autoScalingGroupName("fleet").instanceIds(instance.id()));
        return instance;
      }
      case SPOT_IN_FLEET -> options = options.withTag("aws:ec2:fleet-id", "fleet-1");
      default -> {}
    }
    return account.launchInstance("web", options);
  }

  /** What the simulated account cannot launch. */
  private String twisted(String operation, String xml) {
    if (!operation.equals("DescribeInstances")) {
      return xml;
    }
    return switch (twist) {
      case CAPACITY_BLOCK ->
          xml.replace("<tagSet>", "<instanceLifecycle>capacity-block</instanceLifecycle><tagSet>")
              .replace("<tagSet/>", "<instanceLifecycle>capacity-block</instanceLifecycle>");
      case MAC_INTEL -> xml.replace("t3.micro", "mac1.metal");
      case MAC_APPLE_SILICON -> xml.replace("t3.micro", "mac2-m2pro.metal");
      default -> xml;
    };
  }

  private SimulatedInstance broken(SimulatedInstance instance) {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    account.clearJournal();
    return instance;
  }

  /** The plan with the steps that it would have if nothing spoke against them. */
  private RepairPlan stopping(SimulatedInstance instance, RepairPlan plan) {
    var steps = new ArrayList<>(plan.steps());
    steps.add(new Steps.Stop(steps.size() + 1, InstanceId.of(instance.id())));
    steps.add(new Steps.Start(steps.size() + 1, InstanceId.of(instance.id())));
    return new RepairPlan(
        plan.id(),
        plan.createdAt(),
        plan.target(),
        plan.diagnosis(),
        steps,
        List.of(),
        List.of(),
        plan.alsoAffected(),
        plan.policy(),
        plan.wayBackPolicy(),
        plan.binding());
  }

  private RepairPlan plan(SimulatedInstance instance) {
    return ops(instance, id -> false).plan(target(instance));
  }

  private static RepairTarget target(SimulatedInstance instance) {
    return RepairTarget.forInstance(InstanceId.of(instance.id())).allowStopStart().build();
  }

  private InstanceProfileOps ops(SimulatedInstance instance, Predicate<InstanceId> standby) {
    metadata.add(Metadata.client(instance.metadataEndpoint()));
    return InstanceProfileOps.builder(ec2, iam)
        .metadata(metadata.get(metadata.size() - 1))
        .clock(clock)
        .pauser(clock::advance)
        .ownHost(id -> false)
        .journal(new KeptJournal())
        .standby(standby)
        .build();
  }

  private String state(SimulatedInstance instance) {
    return ec2.describeInstances(r -> r.instanceIds(instance.id()))
        .reservations()
        .get(0)
        .instances()
        .get(0)
        .state()
        .nameAsString();
  }
}
