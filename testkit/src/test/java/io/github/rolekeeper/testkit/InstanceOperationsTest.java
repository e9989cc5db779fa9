package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DeviceType;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.HttpTokensState;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceAttributeName;
import software.amazon.awssdk.services.ec2.model.InstanceLifecycleType;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.MarketType;
import software.amazon.awssdk.services.ec2.model.SpotInstanceType;
import software.amazon.awssdk.services.ec2.model.Tag;

class InstanceOperationsTest {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private Ec2Client ec2;

  @BeforeEach
  void launch() {
    launch(SimulatedAccount.builder());
  }

  private void launch(SimulatedAccount.Builder builder) {
    account = builder.build();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
  }

  @AfterEach
  void close() {
    ec2.close();
    account.close();
  }

  @Test
  void types_tell_whether_they_have_instance_store_volumes() {
    assertThat(
            ec2.describeInstanceTypes(
                    r -> r.instanceTypesWithStrings("m5d.large", "i4i.large", "t3.micro"))
                .instanceTypes())
        .extracting(each -> each.instanceStorageSupported())
        .containsExactly(true, true, false);
  }

  @Test
  void any_image_can_be_launched_as_often_as_asked_and_once_for_a_client_token() {
    List<String> first = run("token-1");
    List<String> again = run("token-1");

    assertThat(first).hasSize(3).doesNotHaveDuplicates();
    assertThat(again).isEqualTo(first);
    assertThat(run("token-2")).doesNotContainAnyElementsOf(first);
  }

  private List<String> run(String clientToken) {
    return ec2
        .runInstances(
            r -> r.imageId("ami-whatever").minCount(1).maxCount(3).clientToken(clientToken))
        .instances()
        .stream()
        .map(Instance::instanceId)
        .toList();
  }

  @Test
  void a_dry_run_says_that_it_would_have_worked_and_changes_nothing() {
    assertCode(
        "DryRunOperation", () -> ec2.stopInstances(r -> r.instanceIds(instance.id()).dryRun(true)));

    assertThat(instance().state().nameAsString()).isEqualTo("running");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "i-0123456789abcdef0, InvalidInstanceID.NotFound",
    "i-nonsense, InvalidInstanceID.Malformed",
    "ami-0123456789abcdef0, InvalidInstanceID.Malformed"
  })
  void an_unknown_instance_is_told_from_a_malformed_id(String id, String code) {
    assertCode(code, () -> ec2.describeInstances(r -> r.instanceIds(id)));
  }

  @Test
  void listings_come_in_pages_that_hide_and_repeat_nothing() {
    ec2.close();
    account.close();
    launch(SimulatedAccount.builder().pageLimit(3)); // fewer than asked
    for (int i = 0; i < 9; i++) {
      account.launchInstance("web");
    }

    assertThat(
            ec2
                .describeInstancesPaginator(
                    DescribeInstancesRequest.builder().maxResults(5).build())
                .reservations()
                .stream()
                .flatMap(each -> each.instances().stream())
                .map(Instance::instanceId))
        .hasSize(10)
        .doesNotHaveDuplicates();
    assertThat(ec2.describeIamInstanceProfileAssociationsPaginator().stream())
        .hasSize(4)
        .flatExtracting(page -> page.iamInstanceProfileAssociations())
        .hasSize(10);
    assertCode("InvalidParameterValue", () -> ec2.describeInstances(r -> r.nextToken("made-up")));
    assertCode("InvalidParameterValue", () -> ec2.describeInstances(r -> r.maxResults(4)));
    assertCode(
        "InvalidParameterCombination",
        () -> ec2.describeInstances(r -> r.maxResults(5).instanceIds(instance.id())));
  }

  @Test
  void filters_know_wildcards_tags_states_and_profiles_by_arn_and_id() {
    SimulatedInstance tagged =
        account.launchInstance(InstanceOptions.of().withTag("team", "blue-1"));
    String profileId = instance().iamInstanceProfile().id();

    assertThat(found("tag:team", "blue-?")).containsExactly(tagged.id());
    assertThat(found("tag-key", "te*")).containsExactly(tagged.id());
    assertThat(found("iam-instance-profile.id", profileId)).containsExactly(instance.id());
    assertThat(found("iam-instance-profile.arn", "*:instance-profile/web"))
        .containsExactly(instance.id());
    assertThat(found("instance-state-name", "stopped")).isEmpty();
    assertCode("InvalidParameterValue", () -> found("colour", "blue"));
  }

  @Test
  void a_filter_of_nothing_but_wildcards_finds_what_has_a_value() {
    SimulatedInstance tagged = account.launchInstance(InstanceOptions.of().withTag("team", "blue"));

    assertThat(found("tag:team", "*".repeat(60_000))).containsExactly(tagged.id());
    assertThat(found("tag:team", "*?".repeat(5))).isEmpty();
  }

  private List<String> found(String filter, String value) {
    return ec2
        .describeInstances(r -> r.filters(Filter.builder().name(filter).values(value).build()))
        .reservations()
        .stream()
        .flatMap(each -> each.instances().stream())
        .map(Instance::instanceId)
        .toList();
  }

  @Test
  void stop_protection_is_read_changed_and_obeyed() {
    ec2.modifyInstanceAttribute(
        r -> r.instanceId(instance.id()).disableApiStop(v -> v.value(true)));

    assertThat(
            ec2.describeInstanceAttribute(
                    r ->
                        r.instanceId(instance.id())
                            .attribute(InstanceAttributeName.DISABLE_API_STOP))
                .disableApiStop()
                .value())
        .isTrue();
    assertCode("OperationNotPermitted", this::stop);
    ec2.modifyInstanceAttribute(
        r -> r.instanceId(instance.id()).disableApiStop(v -> v.value(false)));
    stop();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP_PROTECTION, OperationNotPermitted",
    "INSTANCE_STORE_ROOT, UnsupportedOperation",
    "SPOT, UnsupportedOperation",
    "MANAGED, OperationNotPermitted"
  })
  void what_cannot_be_stopped_refuses(Trait trait, String code) {
    SimulatedInstance stubborn = account.launchInstance("web", InstanceOptions.of(trait));

    assertCode(code, () -> ec2.stopInstances(r -> r.instanceIds(stubborn.id())));
  }

  @Test
  void a_spot_instance_of_a_persistent_request_is_stopped_and_started() {
    String spot = launchSpot(SpotInstanceType.PERSISTENT.toString());

    ec2.stopInstances(r -> r.instanceIds(spot));
    assertThat(instance(account.instance(spot)).state().name())
        .isEqualTo(InstanceStateName.STOPPED);
    ec2.startInstances(r -> r.instanceIds(spot));

    assertThat(instance(account.instance(spot)))
        .satisfies(it -> assertThat(it.instanceLifecycle()).isEqualTo(InstanceLifecycleType.SPOT))
        .satisfies(it -> assertThat(it.state().name()).isEqualTo(InstanceStateName.RUNNING));
    assertThat(
            ec2.describeInstances(r -> r.filters(f -> f.name("instance-lifecycle").values("spot")))
                .reservations())
        .hasSize(1);
    account.instance(spot).interruptSpot(SpotAction.STOP, account.clock().instant());
    assertThat(instance(account.instance(spot)).state().name())
        .isEqualTo(InstanceStateName.STOPPED);
  }

  @Test
  void a_spot_instance_is_of_a_one_time_request_unless_asked_otherwise() {
    String plain = launchSpot(null);
    String once = launchSpot(SpotInstanceType.ONE_TIME.toString());

    assertCode("UnsupportedOperation", () -> ec2.stopInstances(r -> r.instanceIds(plain)));
    assertCode("UnsupportedOperation", () -> ec2.stopInstances(r -> r.instanceIds(once)));
    assertCode("InvalidParameterValue", () -> launchSpot("sometimes"));
  }

  private String launchSpot(@Nullable String type) {
    return ec2.runInstances(
            r ->
                r.imageId("ami-any")
                    .minCount(1)
                    .maxCount(1)
                    .instanceMarketOptions(
                        m ->
                            m.marketType(MarketType.SPOT)
                                .spotOptions(o -> o.spotInstanceType(type))))
        .instances()
        .get(0)
        .instanceId();
  }

  @Test
  void a_protected_instance_is_not_terminated() {
    SimulatedInstance kept =
        account.launchInstance("web", InstanceOptions.of(Trait.TERMINATION_PROTECTION));

    assertCode(
        "OperationNotPermitted", () -> ec2.terminateInstances(r -> r.instanceIds(kept.id())));
  }

  @Test
  void traits_show_in_the_description() {
    Instance described =
        instance(
            account.launchInstance(
                "web",
                InstanceOptions.of(
                    Trait.SPOT,
                    Trait.MANAGED,
                    Trait.HOST_TENANCY,
                    Trait.HIBERNATION,
                    Trait.INSTANCE_STORE_ROOT,
                    Trait.TOKENS_REQUIRED)));

    assertThat(described.instanceLifecycle()).isEqualTo(InstanceLifecycleType.SPOT);
    assertThat(described.operator().managed()).isTrue();
    assertThat(described.placement().tenancyAsString()).isEqualTo("host");
    assertThat(described.hibernationOptions().configured()).isTrue();
    assertThat(described.rootDeviceType()).isEqualTo(DeviceType.INSTANCE_STORE);
    assertThat(described.metadataOptions().httpTokens()).isEqualTo(HttpTokensState.REQUIRED);
  }

  @Test
  void a_stopped_instance_says_when_it_was_asked_to_stop_and_a_running_one_nothing() {
    launch(
        SimulatedAccount.builder()
            .clock(MutableClock.at("2023-03-07T15:00:53.9Z"))
            .timing(Timing.INSTANCE_STOP, Duration.ofSeconds(30)));
    assertThat(instance().stateTransitionReason()).isEmpty();
    assertThat(instance().stateReason()).isNull();

    stop();
    assertThat(instance().stateTransitionReason())
        .isEqualTo("User initiated (2023-03-07 15:00:54 GMT)");
    account.clock().advance(Duration.ofMinutes(1));

    assertThat(instance().state().nameAsString()).isEqualTo("stopped");
    assertThat(instance().stateTransitionReason())
        .isEqualTo("User initiated (2023-03-07 15:00:54 GMT)");
    assertThat(instance().stateReason().code()).isEqualTo("Client.UserInitiatedShutdown");
    ec2.startInstances(r -> r.instanceIds(instance.id()));
    assertThat(instance().stateTransitionReason()).isEmpty();
  }

  @Test
  void a_public_address_changes_over_stop_and_start_and_an_elastic_one_stays() {
    SimulatedInstance open = account.launchInstance("web", InstanceOptions.of(Trait.PUBLIC_IP));
    SimulatedInstance fixed = account.launchInstance("web", InstanceOptions.of(Trait.ELASTIC_IP));
    String before = instance(open).publicIpAddress();
    String fixedBefore = instance(fixed).publicIpAddress();

    ec2.stopInstances(r -> r.instanceIds(open.id(), fixed.id()));
    assertThat(instance(open).publicIpAddress()).isNull();
    ec2.startInstances(r -> r.instanceIds(open.id(), fixed.id()));

    assertThat(instance(open).publicIpAddress()).isNotNull().isNotEqualTo(before);
    assertThat(instance(fixed).publicIpAddress()).isEqualTo(fixedBefore);
    assertThat(instance(open).networkInterfaces().get(0).association().ipOwnerId())
        .isEqualTo("amazon");
    assertThat(instance(fixed).networkInterfaces().get(0).association().ipOwnerId())
        .isEqualTo(account.accountId());
  }

  @Test
  void metadata_options_are_changed_and_obeyed() throws Exception {
    assertThat(status("/latest/meta-data/")).isEqualTo(200);
    ec2.modifyInstanceMetadataOptions(
        r -> r.instanceId(instance.id()).httpTokens(HttpTokensState.REQUIRED));
    assertThat(status("/latest/meta-data/")).isEqualTo(401);
    ec2.modifyInstanceMetadataOptions(
        r ->
            r.instanceId(instance.id())
                .httpEndpoint(InstanceMetadataEndpointState.DISABLED)
                .httpPutResponseHopLimit(3));
    assertThat(status("/latest/meta-data/")).isEqualTo(403);
    assertThat(instance().metadataOptions().httpPutResponseHopLimit()).isEqualTo(3);
    assertCode(
        "InvalidParameterValue",
        () ->
            ec2.modifyInstanceMetadataOptions(
                r -> r.instanceId(instance.id()).httpPutResponseHopLimit(65)));
  }

  @ParameterizedTest
  @CsvSource({"maybe,1", "enabled,0", "enabled,65"})
  void a_launch_with_wrong_metadata_options_launches_nothing(String endpoint, int hops) {
    int before = ec2.describeInstances().reservations().size();

    assertCode(
        "InvalidParameterValue",
        () ->
            ec2.runInstances(
                r ->
                    r.imageId("ami-1")
                        .minCount(1)
                        .maxCount(1)
                        .metadataOptions(
                            m -> m.httpEndpoint(endpoint).httpPutResponseHopLimit(hops))));
    assertThat(ec2.describeInstances().reservations()).hasSize(before);
  }

  @Test
  void user_data_are_an_attribute_that_can_be_absent() {
    String launched =
        ec2.runInstances(
                r -> r.imageId("ami-1").minCount(1).maxCount(1).userData("IyEvYmluL3NoCg=="))
            .instances()
            .get(0)
            .instanceId();

    assertThat(userData(launched)).isEqualTo("IyEvYmluL3NoCg==");
    assertThat(userData(instance.id())).isNull();
  }

  private String userData(String id) {
    return ec2.describeInstanceAttribute(
            r -> r.instanceId(id).attribute(InstanceAttributeName.USER_DATA))
        .userData()
        .value();
  }

  @Test
  void a_reboot_renews_nothing_of_the_metadata() throws Exception {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    ec2.replaceIamInstanceProfileAssociation(
        r ->
            r.associationId(
                    ec2.describeIamInstanceProfileAssociations()
                        .iamInstanceProfileAssociations()
                        .get(0)
                        .associationId())
                .iamInstanceProfile(p -> p.name("web")));
    ec2.rebootInstances(r -> r.instanceIds(instance.id()));

    assertThat(get("/latest/meta-data/iam/info").body()).contains("does not contain a role");
  }

  @Test
  void tags_are_created_described_and_deleted() {
    ec2.createTags(
        r ->
            r.resources(instance.id())
                .tags(
                    Tag.builder().key("team").value("blue").build(),
                    Tag.builder().key("stage").value("test").build()));
    ec2.deleteTags(r -> r.resources(instance.id()).tags(Tag.builder().key("stage").build()));

    assertThat(instance().tags()).extracting(Tag::key).containsExactly("team");
    assertThat(ec2.describeTags(r -> r.filters(f -> f.name("key").values("team"))).tags())
        .singleElement()
        .satisfies(tag -> assertThat(tag.resourceId()).isEqualTo(instance.id()));
    assertCode(
        "InvalidParameterValue",
        () ->
            ec2.createTags(
                r ->
                    r.resources(instance.id())
                        .tags(Tag.builder().key("aws:mine").value("").build())));
  }

  @Test
  void a_terminated_instance_loses_its_association_and_can_do_nothing_more() {
    ec2.terminateInstances(r -> r.instanceIds(instance.id()));

    assertThat(ec2.describeIamInstanceProfileAssociations().iamInstanceProfileAssociations())
        .isEmpty();
    assertCode(
        "IncorrectInstanceState", () -> ec2.startInstances(r -> r.instanceIds(instance.id())));
    assertCode(
        "IncorrectInstanceState",
        () ->
            ec2.associateIamInstanceProfile(
                r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("web"))));
  }

  @ParameterizedTest
  @EnumSource(
      value = InstanceAttributeName.class,
      names = {"DISABLE_API_STOP", "DISABLE_API_TERMINATION", "INSTANCE_TYPE"})
  void attributes_are_described_one_by_one(InstanceAttributeName attribute) {
    assertThat(
            ec2.describeInstanceAttribute(r -> r.instanceId(instance.id()).attribute(attribute))
                .instanceId())
        .isEqualTo(instance.id());
  }

  @Test
  void the_status_of_running_instances_only_is_described_unless_all_are_asked_for() {
    stop();

    assertThat(ec2.describeInstanceStatus().instanceStatuses()).isEmpty();
    assertThat(ec2.describeInstanceStatus(r -> r.includeAllInstances(true)).instanceStatuses())
        .hasSize(1);
  }

  private void stop() {
    account.clock().advance(Duration.ofSeconds(1));
    ec2.stopInstances(r -> r.instanceIds(instance.id()));
  }

  private Instance instance() {
    return instance(instance);
  }

  private Instance instance(SimulatedInstance which) {
    return ec2.describeInstances(r -> r.instanceIds(which.id()))
        .reservations()
        .get(0)
        .instances()
        .get(0);
  }

  private static void assertCode(String code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
  }

  private int status(String path) throws Exception {
    return get(path).statusCode();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(instance.metadataEndpoint() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
