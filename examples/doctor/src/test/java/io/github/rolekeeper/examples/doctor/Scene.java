package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.Timing;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** An account with one instance in the state of one scene, and the program called about it. */
final class Scene implements AutoCloseable {
  /** What is wrong, in the order of the field guide, and the options with which it is put right. */
  enum Broken {
    B1("no instance profile is associated", "--profile web --role web-role"),
    B2("the instance profile was deleted", "--role web-role"),
    B3("the instance profile was deleted and created again", ""),
    B3_STOPPED("the same, and the instance is stopped", ""),
    B4("the instance profile holds no role", "--role web-role"),
    B5("IAM and EC2 agree, but the metadata shows no role", "--allow-stop-start"),
    B6("the instance profile holds another role", "--profile web-2 --role web-role"),
    B7("the role was created again under its name", "--allow-role-removal"),
    B8("the role was created again under its name, and policies may name the old one", ""),
    B9("EC2 may not assume the role", "--allow-trust-policy-change"),
    B10("the sessions of the role are revoked", ""),
    B11("the association is changing", ""),
    B12("the instance is being stopped", ""),
    B13("the metadata service is off", "--allow-metadata-options-change"),
    B14("all is well again, and a process may not have noticed", ""),
    B15("the profile was deleted, and the account may make no other", "--role web-role"),
    B16("the profile was created again under another path", "");

    final String heading;
    final List<String> options;

    /** Those of the options that say what the instance shall have. */
    final List<String> wanted;

    /** Those with which it is found. */
    final List<String> looking;

    Broken(String heading, String options) {
      this.heading = heading;
      this.options = options.isEmpty() ? List.of() : List.of(options.split(" ", -1));
      wanted = options.startsWith("--profile") ? this.options : List.of();
      looking = heading.contains("created again under its name") ? List.of("--deep") : wanted;
    }
  }

  private static final String TRUSTS_LAMBDA =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":"lambda.amazonaws.com"}}]}""";

  private static final String TRUSTS_THE_ACCOUNT =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]}""";

  private static final Set<String> WRITES = Set.of("repair", "revoke", "lift");

  private final SimulatedAccount account;
  private final SimulatedInstance instance;
  private final DeletedRole deletedRole = new DeletedRole();
  private AwsCredentialsProvider caller = DoctorRun.ADMINISTRATOR;
  private final Ec2Client ec2;
  private final IamClient iam;

  Scene(Broken broken) {
    SimulatedAccount.Builder builder =
        SimulatedAccount.builder().clock(MutableClock.at("2023-03-07T15:00:53Z"));
    account =
        (broken == Broken.B5 ? builder : builder.without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE))
            .build();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
    account.clock().advance(Duration.ofMinutes(10));
    damage(broken);
    // EC2's times have no more digits, so that what happens next is later.
    account.clock().advance(Duration.ofSeconds(1));
  }

  /** Whether the instance can be seen to follow. */
  boolean runs() {
    return ec2.describeInstances(r -> r.instanceIds(instance.id()))
        .reservations()
        .get(0)
        .instances()
        .get(0)
        .state()
        .name()
        .equals(InstanceStateName.RUNNING);
  }

  /** An Auto Scaling group has the instance, and leaves it alone. */
  void putInStandby() {
    try (var groups =
        SdkClients.administrator(account).inProcess().build(AutoScalingClient.builder())) {
      groups.createAutoScalingGroup(
          r ->
              r.autoScalingGroupName("fleet")
                  .minSize(0)
                  .maxSize(2)
                  .availabilityZones("us-east-1a"));
      groups.attachInstances(r -> r.autoScalingGroupName("fleet").instanceIds(instance.id()));
      groups.enterStandby(
          r ->
              r.autoScalingGroupName("fleet")
                  .instanceIds(instance.id())
                  .shouldDecrementDesiredCapacity(true));
    }
  }

  /** From now on the program is called by a principal that may do but this. */
  void become(String policy) {
    iam.createRole(r -> r.roleName("repairer").assumeRolePolicyDocument(TRUSTS_THE_ACCOUNT));
    iam.putRolePolicy(r -> r.roleName("repairer").policyName("of-the-plan").policyDocument(policy));
    try (var sts = SdkClients.administrator(account).inProcess().build(StsClient.builder())) {
      var session =
          sts.assumeRole(
                  r ->
                      r.roleArn("arn:aws:iam::" + account.accountId() + ":role/repairer")
                          .roleSessionName("repair"))
              .credentials();
      caller =
          StaticCredentialsProvider.create(
              AwsSessionCredentials.create(
                  session.accessKeyId(), session.secretAccessKey(), session.sessionToken()));
    }
    account.clearJournal();
  }

  /** What the APIs were asked since the caller changed. */
  List<ApiCall> calls() {
    return account.calls().stream().filter(call -> !call.service().equals("imds")).toList();
  }

  private void damage(Broken broken) {
    switch (broken) {
      case B1 -> disassociate();
      case B2 -> account.deleteInstanceProfile("web");
      case B3 -> recreate();
      case B3_STOPPED -> {
        ec2.stopInstances(r -> r.instanceIds(instance.id()));
        recreate();
      }
      case B4 -> takeRoleOut();
      case B5 -> {
        recreate();
        reassociate();
      }
      case B6 -> {
        account.createInstanceProfile("other", "other-role");
        takeRoleOut();
        iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("other-role"));
      }
      case B7, B8 -> deletedRole.hold();
      case B9 ->
          iam.updateAssumeRolePolicy(r -> r.roleName("web-role").policyDocument(TRUSTS_LAMBDA));
      case B10 -> run(List.of("revoke", instance.id(), "--yes"));
      case B11 -> {
        account.timing(Timing.ASSOCIATION_TRANSITION, Duration.ofMinutes(3));
        disassociate();
      }
      case B12 -> {
        account.timing(Timing.INSTANCE_STOP, Duration.ofMinutes(1));
        ec2.stopInstances(r -> r.instanceIds(instance.id()));
      }
      case B13 ->
          ec2.modifyInstanceMetadataOptions(
              r ->
                  r.instanceId(instance.id()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));
      case B14 -> reassociate();
      case B15 -> {
        account.deleteInstanceProfile("web");
        account.inject(
            Fault.error(
                    409,
                    "LimitExceeded",
                    "Cannot exceed quota for InstanceProfilesPerAccount: 1000")
                .on("CreateInstanceProfile"));
      }
      case B16 -> {
        account.deleteInstanceProfile("web");
        iam.createInstanceProfile(r -> r.instanceProfileName("web").path("/elsewhere/"));
        iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      }
    }
  }

  private void recreate() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
  }

  private void takeRoleOut() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
  }

  private void disassociate() {
    String association =
        ec2.describeIamInstanceProfileAssociations()
            .iamInstanceProfileAssociations()
            .get(0)
            .associationId();
    ec2.disassociateIamInstanceProfile(r -> r.associationId(association));
  }

  private void reassociate() {
    disassociate();
    ec2.associateIamInstanceProfile(
        r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("web")));
  }

  String instance() {
    return instance.id();
  }

  /** Runs the program on the instance and returns the session as a person saw it. */
  String play(String command, List<String> options) {
    var shown = new ArrayList<>(List.of(command, instance.id(), "--on-instance"));
    shown.addAll(options);
    if (WRITES.contains(command)) {
      shown.add("--yes");
    }
    return session(shown, call(command, shown.subList(3, shown.size())));
  }

  /** Runs the program on the instance. */
  DoctorRun call(String command, List<String> options, String... more) {
    var called = new ArrayList<>(List.of(command, instance.id()));
    called.addAll(options);
    called.addAll(List.of(more));
    called.addAll(List.of("--metadata-endpoint", instance.metadataEndpoint().toString()));
    return run(called);
  }

  /** The same with a call as it is given. */
  String playAsIs(String... arguments) {
    return session(List.of(arguments), run(List.of(arguments)));
  }

  private DoctorRun run(List<String> arguments) {
    return DoctorRun.as(caller, account, arguments.toArray(String[]::new));
  }

  private static String session(List<String> shown, DoctorRun run) {
    return "$ rolekeeper "
        + String.join(" ", shown)
        + "\n"
        + run.out()
        + run.err()
        + "[ends with "
        + run.exit()
        + "]\n";
  }

  @Override
  public void close() {
    deletedRole.letGo();
    ec2.close();
    iam.close();
    account.close();
  }
}
