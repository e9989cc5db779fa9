package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** A story is the same whether or not its account was put into a snapshot in the middle of it. */
class SnapshotTest {
  private static final Instant START = Instant.parse("2026-01-05T08:00:00.123456Z");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ID =
      Pattern.compile(
          "\\b(AIPA|AROA|ANPA|ASIA)[A-Z2-7]{12,}|\\b(i|r|eni|vol|lt|iip-assoc)-[0-9a-f]{17}"
              + "|(?<=\"(SecretAccessKey|Token)\" : \")[^\"]+");
  private static final String ALL = "arn:aws:iam::123456789012:policy/all";
  private static final Set<String> SIGNED = Set.of("pkcs7", "rsa2048", "signature");
  private static final String READ_ALL =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
      "Principal":{"AWS":"123456789012","Service":"ec2.amazonaws.com"}}]}""";

  /** A client's side: it does not know that the account was exchanged behind it. */
  private static final class Stage implements AutoCloseable {
    private final Map<String, String> remembered;
    private final SimulatedAccount account;
    private final IamClient iam;
    private final Ec2Client ec2;
    private final StsClient sts;
    private final AutoScalingClient groups;

    Stage(SimulatedAccount account, Map<String, String> remembered) {
      this.account = account;
      this.remembered = remembered;
      SdkClients clients = SdkClients.administrator(account).inProcess();
      iam = clients.build(IamClient.builder());
      ec2 = clients.build(Ec2Client.builder());
      sts = clients.build(StsClient.builder());
      groups = clients.build(AutoScalingClient.builder());
    }

    String recall(String what) {
      return remembered.getOrDefault(what, "");
    }

    String credentials() throws Exception {
      String served = metadata("meta-data/iam/security-credentials/web-role");
      if (!served.startsWith("{")) {
        return "none";
      }
      JsonNode read = JSON.readTree(served);
      remembered.putIfAbsent("key", read.at("/AccessKeyId").asText());
      remembered.putIfAbsent("secret", read.at("/SecretAccessKey").asText());
      remembered.putIfAbsent("token", read.at("/Token").asText());
      return read.at("/AccessKeyId").asText()
          + read.at("/Expiration")
          + read.at("/LastUpdated")
          + read.at("/Token").asText().equals(recall("token"));
    }

    String metadata(String path) throws Exception {
      return read(recall("instance"), path);
    }

    private String read(String id, String path) throws Exception {
      HttpAnswer answer;
      try {
        answer =
            account.exchange("GET", "/_instances/" + id + "/latest/" + path, Map.of(), new byte[0]);
      } catch (ConnectException e) {
        return "nobody answers";
      }
      return answer.status() == 200 ? answer.body() : "status " + answer.status();
    }

    void launched(String id) {
      if (!instances().contains(id)) {
        remembered.merge("launched", id, (before, one) -> before + " " + one);
      }
    }

    /** In the order of their launch; EC2 lists by id, and ids are chosen by chance. */
    private List<String> instances() {
      return recall("launched").lines().flatMap(all -> Stream.of(all.split(" "))).toList();
    }

    /** All that EC2 and the metadata services tell of the instances. */
    String everyInstance() throws Exception {
      var told = new ArrayList<String>();
      for (String id : instances()) {
        told.add(ec2.describeInstances(r -> r.instanceIds(id)).toString());
        told.add(
            ec2.describeIamInstanceProfileAssociations(
                    r -> r.filters(f -> f.name("instance-id").values(id)))
                .toString());
        collect(id, "meta-data/", told);
        collect(id, "dynamic/", told);
        told.add(read(id, "user-data"));
      }
      return String.join("\n", told);
    }

    private void collect(String id, String directory, List<String> told) throws Exception {
      String listing = read(id, directory);
      told.add(directory + ": " + listing);
      for (String entry : listing.lines().toList()) {
        String path = directory + entry.replaceFirst("^(\\d+)=.*", "$1/");
        if (path.endsWith("/")) {
          collect(id, path, told);
        } else if (!SIGNED.contains(entry)) { // a document whose ids are by chance
          told.add(path + ": " + read(id, path));
        }
      }
    }

    /** Who the credentials say they are that the instance had first. */
    String identity() {
      try (var own =
          SdkClients.using(
                  account,
                  StaticCredentialsProvider.create(
                      AwsSessionCredentials.create(
                          recall("key"), recall("secret"), recall("token"))))
              .inProcess()
              .build(StsClient.builder())) {
        return own.getCallerIdentity().toString();
      } catch (AwsServiceException e) {
        return e.awsErrorDetails().errorCode();
      }
    }

    @Override
    public void close() {
      iam.close();
      ec2.close();
      sts.close();
      groups.close();
      account.close();
    }
  }

  @FunctionalInterface
  private interface Act {
    Object on(Stage stage) throws Exception;
  }

  private static Act wait(String duration) {
    return on -> {
      on.account.clock().advance(Duration.parse(duration));
      return on.account.clock().instant();
    };
  }

  private static final Act LOOK =
      on ->
          on.credentials()
              + on.identity()
              + on.everyInstance()
              + on.iam.listInstanceProfiles()
              + on.iam.listRoles();

  private static final List<Act> STORY =
      List.of(
          on ->
              on.iam.createPolicy(
                  r ->
                      r.policyName("all")
                          .policyDocument(READ_ALL)
                          .tags(t -> t.key("k").value("v"))),
          on ->
              on.iam.createRole(
                  r ->
                      r.roleName("web-role")
                          .description("of the web")
                          .maxSessionDuration(7200)
                          .assumeRolePolicyDocument(TRUST)
                          .tags(t -> t.key("team").value("blue"))),
          on ->
              on.iam.attachRolePolicy(
                  r -> r.roleName("web-role").policyArn("arn:aws:iam::123456789012:policy/all")),
          wait("PT7M"),
          SnapshotTest::changePolicy,
          on ->
              on.iam.createInstanceProfile(
                  r -> r.instanceProfileName("web").tags(t -> t.key("cost").value("1"))),
          on ->
              on.iam.addRoleToInstanceProfile(
                  r -> r.instanceProfileName("web").roleName("web-role")),
          on ->
              on.ec2.createLaunchTemplate(
                  r ->
                      r.launchTemplateName("web")
                          .clientToken("template")
                          .tagSpecifications(
                              t ->
                                  t.resourceType(ResourceType.LAUNCH_TEMPLATE)
                                      .tags(tag -> tag.key("a").value("b")))
                          .launchTemplateData(
                              d ->
                                  d.imageId("ami-1")
                                      .iamInstanceProfile(p -> p.name("web"))
                                      .metadataOptions(m -> m.httpPutResponseHopLimit(3)))),
          SnapshotTest::launch,
          SnapshotTest::launchSpot,
          LOOK,
          SnapshotTest::announce,
          wait("PT31M"),
          on -> {
            var assumed =
                on.sts.assumeRole(
                    r ->
                        r.roleArn("arn:aws:iam::123456789012:role/web-role").roleSessionName("me"));
            return assumed.assumedRoleUser().toString() + assumed.credentials().expiration();
          },
          LOOK,
          on ->
              on.iam.removeRoleFromInstanceProfile(
                  r -> r.instanceProfileName("web").roleName("web-role")),
          on -> on.iam.deleteInstanceProfile(r -> r.instanceProfileName("web")),
          wait("PT2H"),
          LOOK,
          on -> on.iam.createInstanceProfile(r -> r.instanceProfileName("web")),
          on ->
              on.iam.addRoleToInstanceProfile(
                  r -> r.instanceProfileName("web").roleName("web-role")),
          wait("PT3H"),
          LOOK,
          wait("PT1H"),
          LOOK,
          SnapshotTest::launch, // the same client token: no second instance
          on -> {
            on.launched(on.account.launchInstance("web").id());
            return "launched";
          },
          on ->
              on.iam.updateAssumeRolePolicy(
                  r ->
                      r.roleName("web-role")
                          .policyDocument(TRUST.replace("ec2.amazonaws", "lambda.amazonaws"))),
          wait("PT6H30M"),
          LOOK,
          on ->
              on.ec2.createLaunchTemplateVersion(
                  r -> r.launchTemplateName("web").launchTemplateData(d -> d.imageId("ami-2"))),
          on ->
              on.ec2.describeLaunchTemplates().toString()
                  + on.ec2.describeLaunchTemplateVersions(r -> r.versions("$Latest", "$Default")),
          on ->
              on.groups.createAutoScalingGroup(
                  r -> r.autoScalingGroupName("g").minSize(0).maxSize(3)),
          on ->
              on.groups.attachInstances(
                  r -> r.autoScalingGroupName("g").instanceIds(on.recall("instance"))),
          on -> on.ec2.stopInstances(r -> r.instanceIds(on.recall("instance"))),
          wait("PT3M"),
          on -> on.groups.describeAutoScalingGroups(),
          wait("PT3M"),
          LOOK,
          on -> on.iam.getAccountAuthorizationDetails(),
          SnapshotTest::changePolicy,
          on -> on.iam.listPolicies(r -> r.scope("Local")),
          on -> on.iam.listPolicyVersions(r -> r.policyArn(ALL)));

  /** Says the same in another version; the last one but one is never the default. */
  private static Object changePolicy(Stage on) {
    var next = on.iam.createPolicyVersion(r -> r.policyArn(ALL).policyDocument(READ_ALL));
    on.iam.setDefaultPolicyVersion(
        r -> r.policyArn(ALL).versionId(next.policyVersion().versionId()));
    var last = on.iam.createPolicyVersion(r -> r.policyArn(ALL).policyDocument(READ_ALL));
    on.iam.deletePolicyVersion(r -> r.policyArn(ALL).versionId(last.policyVersion().versionId()));
    return last;
  }

  private static Object launch(Stage on) {
    var launched =
        on.ec2.runInstances(
            r ->
                r.minCount(1)
                    .maxCount(2)
                    .clientToken("launch")
                    .keyName("my-key")
                    .securityGroupIds("sg-1", "sg-2")
                    .userData("IyEvYmluL3NoCg==")
                    .monitoring(m -> m.enabled(true))
                    .placement(p -> p.groupName("near").partitionNumber(3))
                    .metadataOptions(m -> m.instanceMetadataTags("enabled"))
                    .tagSpecifications(
                        t ->
                            t.resourceType(ResourceType.INSTANCE)
                                .tags(tag -> tag.key("stage").value("test")))
                    .launchTemplate(t -> t.launchTemplateName("web")));
    on.remembered.put("instance", launched.instances().get(0).instanceId());
    launched.instances().forEach(each -> on.launched(each.instanceId()));
    return launched;
  }

  private static Object launchSpot(Stage on) {
    SimulatedInstance spot =
        on.account.launchInstance(
            "web",
            InstanceOptions.of(Trait.SPOT, Trait.IPV6, Trait.PUBLIC_IP)
                .with(InstanceOptions.Detail.PRODUCT_CODES, "code-1\ncode-2")
                .with(InstanceOptions.Detail.IPV6_PREFIX, "2001:db8:10:32::/80")
                .withSecurityGroup("sg-3", "outer"));
    on.remembered.put("spot", spot.id());
    on.launched(spot.id());
    return "launched";
  }

  private static Object announce(Stage on) {
    SimulatedInstance spot = on.account.instance(on.recall("spot"));
    spot.recommendRebalance(START);
    // While the story goes on: after the second look, and before the third.
    spot.interruptSpot(SpotAction.TERMINATE, START.plus(Duration.ofHours(1)));
    SimulatedInstance web = on.account.instance(on.recall("instance"));
    web.autoScalingTargetState(AutoScalingTargetState.STANDBY);
    MaintenanceEvent event =
        MaintenanceEvent.of("instance-event-1", "instance-reboot", START.plus(Duration.ofDays(1)));
    web.scheduleMaintenance(event);
    web.scheduleMaintenance(
        new MaintenanceEvent(
            "instance-event-2",
            "instance-stop",
            "retirement",
            START,
            Optional.of(START.plusSeconds(1)),
            Optional.of(START.plusSeconds(2)),
            MaintenanceEvent.State.COMPLETED));
    return "announced";
  }

  private static List<String> uninterrupted = List.of();

  @BeforeAll
  static void tellItWithoutInterruption() throws Exception {
    uninterrupted = tell(-1);
    assertThat(uninterrupted.toString())
        .contains("\"Success\"", "InstanceProfileNotFound", "ExpiredToken", "Name=terminated")
        .contains(
            "AssumeRoleUnauthorizedAccess", "ami-launch-index: 1", "tags/instance/stage: test")
        .contains("public-keys/0/openssh-key: ssh-rsa", "2001:db8:10:32::/80", "#!/bin/sh")
        .contains("spot/termination-time: ", "instance-event-1", "instance-event-2")
        .contains("identity-credentials/ec2/security-credentials/ec2-instance: {");
  }

  static IntStream cuts() {
    return IntStream.rangeClosed(0, STORY.size());
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void the_rest_of_the_story_is_the_same_after_a_restoration(int cut) throws Exception {
    assertThat(tell(cut)).isEqualTo(uninterrupted);
  }

  private static List<String> tell(int cut) throws Exception {
    var told = new ArrayList<String>();
    var stage = new Stage(SimulatedAccount.create(MutableClock.at(START)), new HashMap<>());
    try {
      for (int i = 0; i < STORY.size(); i++) {
        if (i == cut) {
          stage = restored(stage);
        }
        told.add(STORY.get(i).on(stage).toString());
      }
    } finally {
      stage.close();
    }
    return withoutChance(told);
  }

  private static Stage restored(Stage stage) {
    String json = stage.account.snapshot();
    Map<String, String> remembered = stage.remembered;
    stage.close();
    SimulatedAccount next = SimulatedAccount.builder().seed(json).build();
    assertThat(next.snapshot()).isEqualTo(json);
    return new Stage(next, remembered);
  }

  /** Ids are numbered in the order in which they are seen: fresh ones are chosen by chance. */
  private static List<String> withoutChance(List<String> told) {
    var seen = new HashMap<String, String>();
    return told.stream()
        .map(
            text ->
                ID.matcher(text)
                    .replaceAll(
                        (MatchResult found) ->
                            seen.computeIfAbsent(
                                found.group().replaceFirst("^vol-", "i-"),
                                id -> "id-" + seen.size())))
        .toList();
  }

  @Test
  void timings_rules_and_tokens_survive_unless_the_builder_says_otherwise() throws Exception {
    try (var account =
        SimulatedAccount.builder()
            .timing(Timing.IAM_TO_EC2, Duration.ofSeconds(7))
            .timing(Timing.METADATA_LAG, Duration.ofSeconds(8))
            .without(Rule.SESSIONS_EXPIRE)
            .build()) {
      account.createInstanceProfile("web", "web-role");
      String path = "/_instances/" + account.launchInstance("web").id() + "/latest/";
      Map<String, String> ttl = Map.of("X-aws-ec2-metadata-token-ttl-seconds", "60");
      String token = account.exchange("PUT", path + "api/token", ttl, new byte[0]).body();
      Map<String, String> header = Map.of("X-aws-ec2-metadata-token", token);

      try (var next =
          SimulatedAccount.builder()
              .timing(Timing.METADATA_LAG, Duration.ZERO)
              .seed(account.snapshot())
              .build()) {
        assertThat(next.world().timing(Timing.IAM_TO_EC2)).hasSeconds(7);
        assertThat(next.world().timing(Timing.METADATA_LAG)).isZero();
        assertThat(next.world().follows(Rule.SESSIONS_EXPIRE)).isFalse();
        assertThat(next.world().follows(Rule.METADATA_ERRORS_ARE_XHTML)).isTrue();
        assertThat(next.exchange("GET", path + "meta-data/", header, new byte[0]).status())
            .isEqualTo(200);
        next.clock().advance(Duration.ofMinutes(1));
        assertThat(next.exchange("GET", path + "meta-data/", header, new byte[0]).status())
            .isEqualTo(401);
      }
    }
  }

  @Test
  void a_session_of_a_deleted_role_and_a_trust_in_it_survive() throws Exception {
    var stage = new Stage(SimulatedAccount.create(MutableClock.at(START)), new HashMap<>());
    stage.iam.createRole(r -> r.roleName("old").assumeRolePolicyDocument(TRUST));
    stage.iam.createRole(
        r ->
            r.roleName("other")
                .assumeRolePolicyDocument(
                    TRUST.replace("123456789012", "arn:aws:iam::123456789012:role/old")));
    stage.iam.deleteRole(r -> r.roleName("old"));
    String trust = stage.iam.getRole(r -> r.roleName("other")).role().assumeRolePolicyDocument();
    assertThat(trust).contains("AROA");

    try (Stage later = restored(stage)) {
      assertThat(later.iam.getRole(r -> r.roleName("other")).role().assumeRolePolicyDocument())
          .isEqualTo(trust);
      assertThat(later.iam.listRoles().roles()).hasSize(1);
    }
  }

  @Test
  void the_instances_own_roles_are_no_roles_of_the_account_afterwards() throws Exception {
    var stage = new Stage(SimulatedAccount.create(MutableClock.at(START)), new HashMap<>());
    for (int i = 0; i < 2; i++) {
      String id =
          stage
              .ec2
              .runInstances(r -> r.imageId("ami-1").minCount(1).maxCount(1))
              .instances()
              .get(0)
              .instanceId();
      stage.read(id, "meta-data/identity-credentials/ec2/security-credentials/ec2-instance");
    }

    try (Stage later = restored(stage)) {
      assertThat(later.iam.listRoles().roles()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"instances\":[{\"userData\":\"%%\"}]}",
        "{\"instances\":[{\"securityGroups\":[{\"id\":\"sg-1\"}]}]}",
        "{\"instances\":[{\"details\":{\"COLOUR\":\"red\"}}]}",
        "{\"instances\":[{\"notices\":{\"spotInterruption\":{\"action\":\"STOP\"}}}]}",
        "{\"instances\":[{\"notices\":{\"maintenance\":[{\"eventId\":\"e\"}]}}]}",
        "{\"instances\":[{\"notices\":{\"rebalanceRecommendation\":\"soon\"}}]}",
        "{\"sessions\":[{\"accessKeyId\":\"ASIA\",\"secretAccessKey\":\"x\",\"sessionToken\":\"y\","
            + "\"role\":\"AROAX\",\"name\":\"n\"}]}",
        "{\"roles\":[{\"name\":\"r\",\"attachedPolicies\":[\"arn:aws:iam::aws:policy/None\"]}]}",
        "{\"roles\":[{\"name\":\"r\",\"maxSession\":\"soon\"}]}",
        "{\"launchTemplates\":[{\"name\":\"none\"}]}",
        "{\"launchTemplates\":[{\"name\":\"t\",\"defaultVersion\":2,\"versions\":[{\"number\":1}]}]}",
        "{\"launches\":{\"t\":[\"i-0123456789abcdef0\"]}}",
        "{\"buckets\":{\"b\":\"once\"}}",
        "{\"roles\":[null]}",
        "{\"timings\":{\"LUNCH\":\"PT1H\"}}",
        "{\"timings\":{\"IAM_TO_EC2\":\"-PT1S\"}}",
        "{\"timings\":{\"IAM_TO_EC2\":\"soon\"}}",
        "{\"withoutRules\":[\"GRAVITY\"]}",
        "{\"instances\":[{\"tokenKey\":\"YQ==\"}]}",
        "{\"sessions\":[{\"policies\":[null]}]}"
      })
  void a_seed_that_contradicts_itself_is_refused(String seed) {
    assertThatThrownBy(() -> SimulatedAccount.builder().seed(seed).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("seed");
  }

  @Test
  void a_snapshot_s_session_does_not_show_its_secret() {
    var entry =
        new Snapshot.SessionEntry("ASIA", "s3cret", "t0ken", "AROA", "n", "", "", "", null, null);

    assertThat(entry.toString()).doesNotContain("s3cret").doesNotContain("t0ken");
  }
}
