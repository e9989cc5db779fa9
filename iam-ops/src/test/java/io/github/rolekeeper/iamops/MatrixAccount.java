package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.sts.StsClient;

/** An account with one instance in one state of the matrix. */
final class MatrixAccount implements AutoCloseable {
  private static final String TRUSTS_THE_ACCOUNT =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]}""";

  private final List<AutoCloseable> open = new ArrayList<>();
  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private final HoldsTheDeletedRole deletedRole = new HoldsTheDeletedRole();
  private final MatrixState state;
  private final boolean stopped;
  private final SimulatedAccount account;
  private final InstanceId id;
  private final Ec2Client ec2;
  private final IamClient iam;
  private final InstanceMetadataClient metadata;

  MatrixAccount(MatrixState state, boolean stopped) {
    this.state = state;
    this.stopped = stopped;
    SimulatedAccount.Builder builder = SimulatedAccount.builder().clock(clock);
    account =
        closed(
            (state.freshAssociationShowsNoRole()
                    ? builder
                    : builder.without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE))
                .build());
    account.createInstanceProfile("web", "web-role");
    SimulatedInstance instance = account.launchInstance("web");
    id = InstanceId.of(instance.id());
    metadata = closed(Metadata.client(instance.metadataEndpoint()));
    SdkClients administrator = SdkClients.administrator(account).inProcess();
    ec2 = closed(administrator.build(Ec2Client.builder()));
    iam = closed(administrator.build(IamClient.builder()));
    if (stopped) {
      ec2.stopInstances(r -> r.instanceIds(id.value()));
    }
    // A damage within the minute of the launch would look like a part of it.
    clock.advance(Duration.ofMinutes(10));
    state.damage(this);
    // EC2's times have no more digits, so that what happens next is later.
    clock.advance(Duration.ofSeconds(1));
    account.clearJournal();
  }

  MutableClock clock() {
    return clock;
  }

  SimulatedAccount simulated() {
    return account;
  }

  Ec2Client ec2() {
    return ec2;
  }

  IamClient iam() {
    return iam;
  }

  InstanceId id() {
    return id;
  }

  boolean stopped() {
    return stopped;
  }

  boolean isStopped() {
    return ec2.describeInstances(r -> r.instanceIds(id.value()))
        .reservations()
        .get(0)
        .instances()
        .get(0)
        .state()
        .nameAsString()
        .equals("stopped");
  }

  RepairTarget target() {
    RepairTarget.Builder target = RepairTarget.forInstance(id);
    state.want(target);
    return target.build();
  }

  InstanceProfileOps ops(boolean withMetadata) {
    return ops(SdkClients.administrator(account), withMetadata);
  }

  /** The same by a principal that may do nothing but what the policy says. */
  InstanceProfileOps ops(boolean withMetadata, String policy) {
    iam.createRole(r -> r.roleName("repairer").assumeRolePolicyDocument(TRUSTS_THE_ACCOUNT));
    iam.putRolePolicy(r -> r.roleName("repairer").policyName("of-the-plan").policyDocument(policy));
    try (StsClient sts = SdkClients.administrator(account).inProcess().build(StsClient.builder())) {
      var session =
          sts.assumeRole(
                  r ->
                      r.roleArn("arn:aws:iam::123456789012:role/repairer")
                          .roleSessionName("repair"))
              .credentials();
      account.clearJournal();
      return ops(
          SdkClients.using(
              account,
              StaticCredentialsProvider.create(
                  AwsSessionCredentials.create(
                      session.accessKeyId(), session.secretAccessKey(), session.sessionToken()))),
          withMetadata);
    }
  }

  private InstanceProfileOps ops(SdkClients clients, boolean withMetadata) {
    ClockOfTheSdk.follow(clock);
    SdkClients inProcess = clients.inProcess();
    InstanceProfileOps.Builder builder =
        InstanceProfileOps.builder(
                closed(inProcess.build(Ec2Client.builder())),
                closed(
                    inProcess.build(
                        IamClient.builder()
                            .overrideConfiguration(o -> o.addExecutionInterceptor(deletedRole)))))
            .clock(clock)
            .pauser(clock::advance)
            .ownHost(id -> false)
            .journal(new KeptJournal());
    return (withMetadata ? builder.metadata(metadata) : builder).build();
  }

  /** The calls of the APIs since the last look at them; what the metadata answered is free. */
  List<ApiCall> calls() {
    List<ApiCall> calls =
        account.calls().stream().filter(call -> !call.service().equals("imds")).toList();
    account.clearJournal();
    return calls;
  }

  String association() {
    return ec2.describeIamInstanceProfileAssociations()
        .iamInstanceProfileAssociations()
        .get(0)
        .associationId();
  }

  void holdDeletedRole() {
    deletedRole.held = true;
  }

  void refuseMoreProfiles() {
    account.inject(
        Fault.error(
                409, "LimitExceeded", "Cannot exceed quota for InstanceProfilesPerAccount: 1000")
            .on("CreateInstanceProfile"));
  }

  void revokeSessions() {
    iam.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName(RolePolicies.REVOCATION)
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
                     "Resource":["*"],"Condition":{"DateLessThan":
                     {"aws:TokenIssueTime":"%s"}}}]}"""
                        .formatted(clock.instant())));
  }

  private <T extends AutoCloseable> T closed(T each) {
    open.add(0, each);
    return each;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  /** DeleteRole refuses while a profile holds the role, so the state is told, not made. */
  private static final class HoldsTheDeletedRole implements ExecutionInterceptor {
    private boolean held;

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
      held &= !(context.request() instanceof RemoveRoleFromInstanceProfileRequest);
    }

    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes attributes) {
      if (!held || !(context.response() instanceof GetInstanceProfileResponse answer)) {
        return context.response();
      }
      var profile = answer.instanceProfile();
      var role = profile.roles().get(0).toBuilder().roleId("AROADELETEDDELETEDDEL").build();
      return answer.toBuilder().instanceProfile(profile.toBuilder().roles(role).build()).build();
    }
  }
}
