package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;

/** An account with one instance in a broken state, and operations that work on it. */
final class Broken implements AutoCloseable {
  /** The states that a repair can cure. */
  enum State {
    B1(false),
    B2(false),
    B2_STOPPED(true),
    B3(false),
    B3_STOPPED(true),
    B4(false),
    /** The metadata shows no role before the instance is stopped and started. */
    B5(false),
    /** The profile holds another role than the wanted one; the cure is a new profile. */
    B6(false),
    B6_STOPPED(true),
    /** The same, and the role is exchanged in place, as was permitted. */
    B6_IN_PLACE(false),
    /** The profile holds a role that was deleted and created again. */
    B7(false),
    /** The role does not trust EC2, and its trust policy may be changed. */
    B9(false),
    /** The session of the instance is revoked. */
    B10(false),
    /** The metadata service is off, and may be switched on. */
    B13(false),
    B13_STOPPED(true),
    B16(false),
    B16_STOPPED(true);

    final boolean stopped;

    State(boolean stopped) {
      this.stopped = stopped;
    }
  }

  // Of tests that have ended; more than one only where a test needs several accounts at once.
  private static final Queue<Ground> GROUNDS = new ConcurrentLinkedQueue<>();

  final State state;
  final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  final SimulatedAccount account;
  final SimulatedInstance instance;
  final InstanceId id;
  final InstanceMetadataClient metadata;
  private final Ground ground;
  private final List<ExecutionInterceptor> lens;
  private final Ec2Client admin;
  private final IamClient adminIam;

  /**
   * @param without what the account shall not do besides
   */
  Broken(State state, Rule... without) {
    this.state = state;
    SimulatedAccount.Builder builder =
        SimulatedAccount.builder()
            .clock(clock)
            // Stopping and starting take time, so that a crash meets the states between.
            .timing(Timing.INSTANCE_STOP, Duration.ofSeconds(20))
            .timing(Timing.INSTANCE_START, Duration.ofSeconds(20));
    for (Rule rule : without) {
      builder = builder.without(rule);
    }
    Ground idle = GROUNDS.poll();
    ground = idle == null ? new Ground() : idle;
    account =
        ground.begin(
            state == State.B5 ? builder : builder.without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    lens = state == State.B7 ? List.of(new HoldsTheDeletedRole(account)) : List.of();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    clock.advance(Duration.ofMinutes(1));
    id = InstanceId.of(instance.id());
    // What does not answer would hold up the real time of thousands of runs.
    metadata = Metadata.builder(instance.metadataEndpoint()).attempts(1).build();
    Ground.Clients clients = ground.clients(lens.toArray(ExecutionInterceptor[]::new));
    admin = clients.ec2;
    adminIam = clients.iam;
    if (state.stopped) {
      admin.stopInstances(r -> r.instanceIds(instance.id()));
      clock.advance(Duration.ofMinutes(1));
    }
    damage();
    account.clearJournal();
  }

  private void damage() {
    switch (state) {
      case B1 -> admin.disassociateIamInstanceProfile(r -> r.associationId(association()));
      case B2, B2_STOPPED -> account.deleteInstanceProfile("web");
      case B3, B3_STOPPED, B5 -> {
        account.deleteInstanceProfile("web");
        account.createInstanceProfile("web", "web-role");
      }
      case B4 ->
          adminIam.removeRoleFromInstanceProfile(
              r -> r.instanceProfileName("web").roleName("web-role"));
      case B6, B6_STOPPED, B6_IN_PLACE -> account.createInstanceProfile("other", "right-role");
      case B7 -> {}
      case B9 ->
          adminIam.updateAssumeRolePolicy(
              r ->
                  r.roleName("web-role")
                      .policyDocument(
                          """
                          {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                           "Action":"sts:AssumeRole",
                           "Principal":{"Service":"lambda.amazonaws.com"}}]}\
                          """));
      case B10 ->
          adminIam.putRolePolicy(
              r ->
                  r.roleName("web-role")
                      .policyName("AWSRevokeOlderSessions")
                      .policyDocument(
                          """
                          {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
                           "Resource":["*"],"Condition":{"DateLessThan":
                           {"aws:TokenIssueTime":"%s"}}}]}\
                          """
                              .formatted(clock.instant())));
      case B13, B13_STOPPED ->
          admin.modifyInstanceMetadataOptions(
              r ->
                  r.instanceId(instance.id()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));
      case B16, B16_STOPPED -> {
        account.deleteInstanceProfile("web");
        adminIam.createInstanceProfile(r -> r.instanceProfileName("web").path("/elsewhere/"));
        adminIam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      }
    }
  }

  RepairTarget target() {
    RepairTarget.Builder target = RepairTarget.forInstance(id).role(role()).allowStopStart();
    return switch (state) {
      case B1 -> target.instanceProfile(profile()).build();
      case B6, B6_STOPPED -> target.instanceProfile(profile()).build();
      case B6_IN_PLACE, B7 -> target.allowRoleRemoval().build();
      case B9 -> target.allowTrustPolicyChange().build();
      case B13, B13_STOPPED -> target.allowMetadataOptionsChange().build();
      default -> target.build();
    };
  }

  /** The profile that the instance has in the end. */
  String profile() {
    return state == State.B6 || state == State.B6_STOPPED ? "new" : "web";
  }

  /** The role that the profile holds in the end. */
  String role() {
    return switch (state) {
      case B6, B6_STOPPED, B6_IN_PLACE -> "right-role";
      default -> "web-role";
    };
  }

  /** A process of its own: nothing but the journal is shared. */
  InstanceProfileOps process(Journal journal, ExecutionInterceptor... interceptors) {
    return process(clock::advance, journal, interceptors);
  }

  InstanceProfileOps process(Pauser pauser, Journal journal, ExecutionInterceptor... interceptors) {
    return builder(journal, interceptors).pauser(pauser).build();
  }

  InstanceProfileOps.Builder builder(Journal journal, ExecutionInterceptor... interceptors) {
    var seen = new ArrayList<>(lens);
    seen.addAll(List.of(interceptors));
    Ground.Clients clients = ground.clients(seen.toArray(ExecutionInterceptor[]::new));
    return InstanceProfileOps.builder(clients.ec2, clients.iam)
        .metadata(metadata)
        .clock(clock)
        .pauser(clock::advance)
        .ownHost(id -> false)
        .journal(journal);
  }

  /** Makes a plan, waiting as its obstacles ask for while something is in transition. */
  RepairPlan plan(InstanceProfileOps ops) {
    RepairPlan plan = ops.plan(target());
    for (int i = 0; i < 10 && !plan.obstacles().isEmpty(); i++) {
      clock.advance(Duration.ofSeconds(30));
      plan = ops.plan(target());
    }
    return plan;
  }

  /** Whether it is as it was before the damage: running instances run, with a role. */
  boolean healthy() {
    boolean running = "running".equals(stateName());
    return running != state.stopped
        && InstanceProfileOps.builder(admin, adminIam)
            .metadata(metadata)
            .clock(clock)
            .build()
            .diagnoseDeeply(
                RepairTarget.forInstance(id).instanceProfile(profile()).role(role()).build())
            .healthy();
  }

  String stateName() {
    return admin
        .describeInstances(r -> r.instanceIds(instance.id()))
        .reservations()
        .get(0)
        .instances()
        .get(0)
        .state()
        .nameAsString();
  }

  boolean associated() {
    return !admin
        .describeIamInstanceProfileAssociations()
        .iamInstanceProfileAssociations()
        .isEmpty();
  }

  String association() {
    return admin
        .describeIamInstanceProfileAssociations()
        .iamInstanceProfileAssociations()
        .get(0)
        .associationId();
  }

  List<String> writes() {
    return account.calls().stream()
        .filter(ApiCall::write)
        // Only asked whether it would be allowed.
        .filter(call -> !call.outcome().equals("DryRunOperation"))
        .map(ApiCall::operation)
        .toList();
  }

  /** Whether a request has no effect but the answer whether it would be allowed. */
  static boolean onlyAsks(SdkRequest request) {
    return request.getValueForField("DryRun", Boolean.class).orElse(false);
  }

  Ec2Client admin() {
    return admin;
  }

  IamClient adminIam() {
    return adminIam;
  }

  @Override
  public void close() {
    metadata.close();
    GROUNDS.add(ground);
  }

  /** DeleteRole refuses while a profile holds the role, so the state is told, not made. */
  private record HoldsTheDeletedRole(SimulatedAccount account) implements ExecutionInterceptor {
    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes executionAttributes) {
      if (!(context.response() instanceof GetInstanceProfileResponse answer)
          || account.mutatingCalls().contains("RemoveRoleFromInstanceProfile")) {
        return context.response();
      }
      var profile = answer.instanceProfile();
      var role = profile.roles().get(0).toBuilder().roleId("AROADELETEDDELETEDDEL").build();
      return answer.toBuilder().instanceProfile(profile.toBuilder().roles(role).build()).build();
    }
  }
}
