package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileAssociation;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileSpecification;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.iam.IamClient;

/** Errors and effects of the operations around instance profiles, through the AWS SDK. */
class InstanceProfileOperationsTest {
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private IamClient iam;
  private Ec2Client ec2;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    iam = SdkClients.administrator(account).build(IamClient.builder());
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
  }

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  @Test
  void names_of_profiles_are_unique_without_regard_to_case() {
    assertThat(code(() -> iam.createInstanceProfile(r -> r.instanceProfileName("WEB"))))
        .isEqualTo("EntityAlreadyExists");
    assertThat(
            iam.getInstanceProfile(r -> r.instanceProfileName("Web"))
                .instanceProfile()
                .instanceProfileName())
        .isEqualTo("web");
  }

  @Test
  void a_profile_has_one_slot_for_a_role() {
    assertThat(
            code(
                () ->
                    iam.addRoleToInstanceProfile(
                        r -> r.instanceProfileName("web").roleName("web-role"))))
        .isEqualTo("LimitExceeded");
  }

  @Test
  void a_profile_that_holds_a_role_cannot_be_deleted() {
    assertThat(code(() -> iam.deleteInstanceProfile(r -> r.instanceProfileName("web"))))
        .isEqualTo("DeleteConflict");
    assertThat(code(() -> iam.deleteRole(r -> r.roleName("web-role")))).isEqualTo("DeleteConflict");
  }

  @Test
  void what_is_not_there_is_no_such_entity() {
    assertThat(code(() -> iam.getInstanceProfile(r -> r.instanceProfileName("gone"))))
        .isEqualTo("NoSuchEntity");
    assertThat(code(() -> iam.getRole(r -> r.roleName("gone")))).isEqualTo("NoSuchEntity");
    assertThat(
            code(
                () ->
                    iam.getRolePolicy(
                        r -> r.roleName("web-role").policyName("AWSRevokeOlderSessions"))))
        .isEqualTo("NoSuchEntity");
  }

  @Test
  void a_profile_made_under_a_path_bears_it_in_its_arn() {
    assertThat(
            iam.createInstanceProfile(r -> r.instanceProfileName("deep").path("/a/b/"))
                .instanceProfile()
                .arn())
        .isEqualTo("arn:aws:iam::123456789012:instance-profile/a/b/deep");
  }

  @Test
  void a_second_association_is_refused() {
    assertThat(
            code(
                () ->
                    ec2.associateIamInstanceProfile(
                        r -> r.instanceId(instance.id()).iamInstanceProfile(named("web")))))
        .isEqualTo("IncorrectState");
  }

  @Test
  void replacing_changes_the_associations_id() {
    IamInstanceProfileAssociation before = association();
    account.createInstanceProfile("other", "other-role");

    IamInstanceProfileAssociation after =
        ec2.replaceIamInstanceProfileAssociation(
                r -> r.associationId(before.associationId()).iamInstanceProfile(named("other")))
            .iamInstanceProfileAssociation();

    assertThat(after.associationId()).isNotEqualTo(before.associationId());
    assertThat(association()).isEqualTo(after.toBuilder().state("associated").build());
    assertThat(described().iamInstanceProfile().id()).isEqualTo(after.iamInstanceProfile().id());
  }

  @Test
  void the_association_of_a_stopped_instance_is_not_replaced_but_ended_and_made_again() {
    ec2.stopInstances(r -> r.instanceIds(instance.id()));
    String current = association().associationId();

    assertThat(
            code(
                () ->
                    ec2.replaceIamInstanceProfileAssociation(
                        r -> r.associationId(current).iamInstanceProfile(named("web")))))
        .isEqualTo("IncorrectState");
    ec2.disassociateIamInstanceProfile(r -> r.associationId(current));
    assertThat(described().iamInstanceProfile()).isNull();
    ec2.associateIamInstanceProfile(
        r -> r.instanceId(instance.id()).iamInstanceProfile(named("web")));
    assertThat(association().state().toString()).isEqualTo("associated");
  }

  @Test
  void a_profile_that_does_not_exist_is_an_invalid_parameter_to_ec2() {
    assertThat(
            code(
                () ->
                    ec2.replaceIamInstanceProfileAssociation(
                        r ->
                            r.associationId(association().associationId())
                                .iamInstanceProfile(named("gone")))))
        .isEqualTo("InvalidParameterValue");
  }

  @Test
  void each_refusal_of_an_association_has_its_code_and_names_its_subject() {
    String current = association().associationId();
    String missing = "iip-assoc-00000000000000000";

    assertRefused(
        () -> associate(instance.id(), "web"),
        "IncorrectState",
        "There is an existing association for instance " + instance.id());
    assertRefused(
        () -> replace(current, "gone"),
        "InvalidParameterValue",
        "Value (gone) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance"
            + " Profile name");
    assertRefused(
        () ->
            ec2.replaceIamInstanceProfileAssociation(
                r -> r.associationId(current).iamInstanceProfile(p -> p.arn("arn:gone"))),
        "InvalidParameterValue",
        "Value (arn:gone) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance"
            + " Profile ARN");
    assertRefused(
        () -> replace(instance.id(), "web"),
        "InvalidParameterValue",
        "Invalid value '" + instance.id() + "' for associationId");
    String notFound = "The association ID '" + missing + "' does not exist";
    assertRefused(() -> replace(missing, "web"), "InvalidAssociationID.NotFound", notFound);
    assertRefused(
        () -> ec2.disassociateIamInstanceProfile(r -> r.associationId(missing)),
        "InvalidAssociationID.NotFound",
        notFound);
    assertRefused(
        () -> ec2.describeIamInstanceProfileAssociations(r -> r.associationIds(missing)),
        "InvalidAssociationID.NotFound",
        notFound);
    assertRefused(
        () -> associate("i-00000000000000000", "web"),
        "InvalidInstanceID.NotFound",
        "The instance ID 'i-00000000000000000' does not exist");
    replace(current, "web");
    assertRefused(
        () -> replace(current, "web"),
        "IncorrectState",
        "The association " + current + " is not the active association");
  }

  @Test
  void nothing_is_associated_with_what_is_terminated() {
    ec2.terminateInstances(r -> r.instanceIds(instance.id()));

    assertRefused(
        () -> associate(instance.id(), "web"),
        "IncorrectInstanceState",
        "The instance '" + instance.id() + "' is not in the 'running' or 'stopped' states.");
  }

  @Test
  void a_profile_without_a_role_is_refused_until_ec2_sees_one_in_it() {
    account.timing(Timing.IAM_TO_EC2, Duration.ofSeconds(10));
    String current = association().associationId();
    iam.createInstanceProfile(r -> r.instanceProfileName("bare"));
    account.clock().advance(Duration.ofSeconds(10));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("bare").roleName("web-role"));
    String free = account.launchInstance(InstanceOptions.of()).id();

    String text =
        "IAM Instance Profile \"arn:aws:iam::123456789012:instance-profile/bare\" has no"
            + " associated IAM Roles";
    assertRefused(() -> replace(current, "bare"), "InvalidParameterValue", text);
    assertRefused(() -> associate(free, "bare"), "InvalidParameterValue", text);
    assertRefused(() -> run("bare"), "InvalidParameterValue", text);
    account.clock().advance(Duration.ofSeconds(10));

    replace(current, "bare");
    associate(free, "bare");
    run("bare");
  }

  private void associate(String instanceId, String profile) {
    ec2.associateIamInstanceProfile(
        r -> r.instanceId(instanceId).iamInstanceProfile(named(profile)));
  }

  private void replace(String associationId, String profile) {
    ec2.replaceIamInstanceProfileAssociation(
        r -> r.associationId(associationId).iamInstanceProfile(named(profile)));
  }

  private void run(String profile) {
    ec2.runInstances(
        r -> r.imageId("ami-any").minCount(1).maxCount(1).iamInstanceProfile(named(profile)));
  }

  private static void assertRefused(ThrowingCallable call, String code, String text) {
    AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
    assertThat(refusal.statusCode()).isEqualTo(400);
    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo(text);
  }

  @Test
  void an_operation_that_is_not_simulated_is_named_in_the_error() {
    assertThat(catchThrowableOfType(AwsServiceException.class, () -> iam.listUsers()))
        .hasMessageContaining("ListUsers");
    assertThat(catchThrowableOfType(AwsServiceException.class, () -> ec2.describeVpcs()))
        .hasMessageContaining("DescribeVpcs");
  }

  @Test
  void writes_that_succeeded_stand_in_the_journal_and_reads_do_not_count_as_writes() {
    iam.createInstanceProfile(r -> r.instanceProfileName("new"));
    iam.getInstanceProfile(r -> r.instanceProfileName("new"));
    code(() -> iam.createInstanceProfile(r -> r.instanceProfileName("new")));

    assertThat(account.mutatingCalls()).containsExactly("CreateInstanceProfile");
    assertThat(account.calls())
        .extracting(call -> call.operation() + " " + call.outcome())
        .containsExactly(
            "CreateInstanceProfile OK",
            "GetInstanceProfile OK",
            "CreateInstanceProfile EntityAlreadyExists");
  }

  private IamInstanceProfileAssociation association() {
    return ec2.describeIamInstanceProfileAssociations(
            r -> r.filters(f -> f.name("instance-id").values(instance.id())))
        .iamInstanceProfileAssociations()
        .get(0);
  }

  private Instance described() {
    return ec2.describeInstances(r -> r.instanceIds(instance.id()))
        .reservations()
        .get(0)
        .instances()
        .get(0);
  }

  private static IamInstanceProfileSpecification named(String name) {
    return IamInstanceProfileSpecification.builder().name(name).build();
  }

  private static String code(ThrowingCallable call) {
    return catchThrowableOfType(AwsServiceException.class, call).awsErrorDetails().errorCode();
  }
}
