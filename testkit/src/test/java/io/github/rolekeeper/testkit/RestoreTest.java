package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** What an account has that goes on from a snapshot, or begins with a seed by hand. */
class RestoreTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  /** All that can be under way takes long. */
  private static SimulatedAccount slow() {
    SimulatedAccount.Builder builder = SimulatedAccount.builder().withoutPort();
    for (Timing timing : Timing.values()) {
      if (timing.usual().isZero()) {
        builder.timing(timing, LONG);
      }
    }
    return builder.build();
  }

  private static SimulatedAccount restored(SimulatedAccount account) {
    return SimulatedAccount.builder().withoutPort().seed(account.snapshot()).build();
  }

  private static Ec2Client ec2(SimulatedAccount account) {
    return SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
  }

  private static IamClient iam(SimulatedAccount account) {
    return SdkClients.administrator(account).inProcess().build(IamClient.builder());
  }

  private static String metadata(SimulatedAccount account, String instance, String path)
      throws Exception {
    HttpAnswer answer =
        account.exchange(
            "GET", "/_instances/" + instance + "/latest/meta-data/" + path, Map.of(), new byte[0]);
    return answer.status() == 200 ? answer.body() : String.valueOf(answer.status());
  }

  @Test
  void what_was_on_its_way_to_ec2_and_to_the_readers_of_iam_has_arrived() {
    try (SimulatedAccount before = slow()) {
      before.createInstanceProfile("web", "web-role");
      try (SimulatedAccount account = restored(before);
          IamClient iam = iam(account);
          Ec2Client ec2 = ec2(account)) {
        for (int i = 0; i < 3; i++) {
          assertThat(iam.getInstanceProfile(r -> r.instanceProfileName("web")).instanceProfile())
              .satisfies(profile -> assertThat(profile.roles()).hasSize(1));
        }
        assertThat(
                ec2.runInstances(
                        r ->
                            r.imageId("ami-0123456789abcdef0")
                                .minCount(1)
                                .maxCount(1)
                                .iamInstanceProfile(p -> p.name("web")))
                    .instances())
            .hasSize(1);
      }
    }
  }

  @Test
  void the_timings_hold_for_what_is_done_after_the_restoration() {
    try (SimulatedAccount before = slow();
        SimulatedAccount account = restored(before);
        Ec2Client ec2 = ec2(account)) {
      account.createInstanceProfile("web", "web-role");

      assertThatThrownBy(
              () ->
                  ec2.runInstances(
                      r ->
                          r.imageId("ami-0123456789abcdef0")
                              .minCount(1)
                              .maxCount(1)
                              .iamInstanceProfile(p -> p.name("web"))))
          .hasMessageContaining("Invalid IAM Instance Profile name");
    }
  }

  @Test
  void an_instance_that_was_starting_runs_and_was_launched_when_it_was() throws Exception {
    try (SimulatedAccount before = slow()) {
      before.createInstanceProfile("web", "web-role");
      before.clock().advance(LONG);
      String instance = before.launchInstance("web").id();
      try (SimulatedAccount account = restored(before);
          Ec2Client then = ec2(before);
          Ec2Client ec2 = ec2(account)) {
        assertThat(ec2.describeInstances().reservations().get(0).instances().get(0))
            .satisfies(
                each -> {
                  assertThat(each.state().nameAsString()).isEqualTo("running");
                  assertThat(each.launchTime())
                      .isEqualTo(
                          then.describeInstances()
                              .reservations()
                              .get(0)
                              .instances()
                              .get(0)
                              .launchTime());
                });
        assertThat(metadata(account, instance, "iam/security-credentials/")).isEqualTo("web-role");
      }
    }
  }

  @Test
  void the_metadata_have_followed_an_association_that_had_just_begun() throws Exception {
    try (SimulatedAccount before = SimulatedAccount.builder().withoutPort().build();
        Ec2Client ec2 = ec2(before)) {
      before.createInstanceProfile("web", "web-role");
      before.launchInstance("web"); // so that EC2 has delivered the profile before
      String instance = before.launchInstance(InstanceOptions.of()).id();
      before.timing(Timing.METADATA_LAG, LONG);
      before.timing(Timing.ASSOCIATION_TRANSITION, LONG);
      ec2.associateIamInstanceProfile(
          r -> r.instanceId(instance).iamInstanceProfile(p -> p.name("web")));
      assertThat(metadata(before, instance, "iam/info")).isEqualTo("404");

      try (SimulatedAccount account = restored(before)) {
        assertThat(metadata(account, instance, "iam/security-credentials/")).isEqualTo("web-role");
      }
    }
  }

  @Test
  void the_metadata_have_followed_an_association_that_had_just_ended() throws Exception {
    try (SimulatedAccount before = SimulatedAccount.builder().withoutPort().build();
        Ec2Client ec2 = ec2(before)) {
      before.createInstanceProfile("web", "web-role");
      String instance = before.launchInstance("web").id();
      before.timing(Timing.METADATA_LAG, LONG);
      String association =
          ec2.describeIamInstanceProfileAssociations()
              .iamInstanceProfileAssociations()
              .get(0)
              .associationId();
      ec2.disassociateIamInstanceProfile(r -> r.associationId(association));
      assertThat(metadata(before, instance, "iam/info")).contains("Success");

      try (SimulatedAccount account = restored(before)) {
        assertThat(metadata(account, instance, "iam/info")).isEqualTo("404");
      }
    }
  }

  @Test
  void the_metadata_have_lost_a_profile_whose_deletion_was_on_its_way() throws Exception {
    try (SimulatedAccount before =
        SimulatedAccount.builder()
            .withoutPort()
            .without(Rule.METADATA_NAMES_ROLE_UNTIL_SESSION_ENDS)
            .build()) {
      before.createInstanceProfile("web", "web-role");
      String instance = before.launchInstance("web").id();
      before.timing(Timing.IAM_TO_EC2, LONG);
      before.deleteInstanceProfile("web");
      assertThat(metadata(before, instance, "iam/info")).contains("Success");

      try (SimulatedAccount account = restored(before)) {
        assertThat(metadata(account, instance, "iam/info")).contains("InstanceProfileNotFound");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'name':'r'} | 1",
        "{'name':'r','attachedPolicies':['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']} | 0",
        "{'name':'r','attachedPolicies':[]} | 0",
        "{'name':'r','inlinePolicies':{}} | 0"
      })
  void only_a_seeded_role_that_says_nothing_of_its_policies_may_do_everything(
      String role, int inlinePolicies) {
    String seed = ("{'roles':[" + role + "]}").replace('\'', '"');
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().seed(seed).build();
        IamClient iam = iam(account)) {
      assertThat(iam.listRolePolicies(r -> r.roleName("r")).policyNames()).hasSize(inlinePolicies);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'roles':[{'name':'a/../b'}]} | a/../b",
        "{'roles':[{'name':'a','path':'x'}]} | path 'x'",
        "{'roles':[{'name':'a','id':'a b'}]} | id 'a b'",
        "{'instanceProfiles':[{'name':'a b'}]} | a b",
        "{'instances':[{'id':'../x'}]} | ../x",
        "{'instances':[{'id':'i-0123456789abcdef0'},{'id':'i-0123456789abcdef0'}]} | two of",
        "{'instances':[{'metadata':{}}]} | 'view'",
        "{'instances':[{'metadata':{'view':'NO_PROFILE'}}]} | 'refreshed'",
        "{'instances':[{'metadata':{'view':'WITH_ROLE','refreshed':'2026-01-01T00:00:00Z'}}]}"
            + " | 'profileArn'",
        "{'instances':[{'autoScaling':{}}]} | 'group'",
        "{'instances':[{'autoScaling':{'group':'g'}}]} | which it has not",
        "{'autoScalingGroups':[{'name':'g','maxSize':1}],'instances':[{'autoScaling':"
            + "{'group':'g','lifecycleState':'Foo'}}]} | 'Foo'",
        "{'autoScalingGroups':[{'name':'g','minSize':-5}]} | 'g'",
        "{'autoScalingGroups':[{'name':'g'},{'name':'g'}]} | name 'g'",
        "{'roles':[{'name':'a','id':'AROAA'},{'name':'b','id':'AROAA'}]} | id 'AROAA'",
        "{'instanceProfiles':[{'name':'a','id':'AIPAA'},{'name':'b','id':'AIPAA'}]} | id 'AIPAA'",
        "{'roles':[{'name':'a','maxSession':'PT1S'}]} | 'PT1S'",
        "{'roles':[{'name':'a','maxSession':'x'}]} | 'maxSession' 'x'",
        "{'roles':[{'name':'a','inlinePolicies':{'p':null}}]} | null",
        "{'timings':{'IAM_TO_EC2':'x'}} | IAM_TO_EC2 'x'",
        "{'time':'+999999999-12-31T00:00:00Z'} | 1970 to 9998",
        "{'instances':[{'launched':'+999999999-12-31T00:00:00Z'}]} | 1970 to 9998",
        "{'instances':[{'metadataOptions':{'hopLimit':9999}}]} | hopLimit '9999'",
        "{'instances':[{'association':{'profileArn':'garbage','profileId':'AIPAA'}}]} | garbage",
        "{'launchTemplates':[{'name':'t','versions':[{'number':1}]},"
            + "{'name':'t','versions':[{'number':1}]}]} | name 't'",
        "{'launchTemplates':[{'id':'lt-01234567','name':'abc','versions':[{'number':1}]},"
            + "{'id':'lt-01234567','name':'def','versions':[{'number':1}]}]} | id 'lt-01234567'",
        "{'launchTemplates':[{'name':'t','versions':[{'number':-4}]}]} | number '-4'",
        "{'roles':[{'name':'r','id':'AROAR'}],'sessions':[{'accessKeyId':'ASIA','role':'AROAR',"
            + "'secretAccessKey':'x','sessionToken':'y','name':'n','issued':'2026-01-01T00:00:00Z',"
            + "'expiration':'2026-01-01T06:00:00Z','policies':[{'name':'a','type':'b'}]}]}"
            + " | 'document'",
        "{'launchTemplates':[{'id':'x','name':'t'}]} | id 'x'"
      })
  void a_seed_has_names_and_ids_that_aws_would_take(String seed, String named) {
    SimulatedAccount.Builder builder =
        SimulatedAccount.builder().withoutPort().seed(seed.replace('\'', '"'));

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @Test
  void metadata_options_that_a_seed_leaves_out_are_as_by_default() throws Exception {
    String seed =
        "{\"instances\":[{\"id\":\"i-0123456789abcdef0\",\"metadataOptions\":{\"hopLimit\":2}}]}";
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().seed(seed).build()) {
      assertThat(metadata(account, "i-0123456789abcdef0", "instance-id"))
          .isEqualTo("i-0123456789abcdef0");
    }
  }
}
