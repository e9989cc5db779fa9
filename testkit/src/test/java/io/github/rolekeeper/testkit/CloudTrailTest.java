package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static software.amazon.awssdk.awscore.retry.AwsRetryStrategy.doNotRetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.Event;
import software.amazon.awssdk.services.cloudtrail.model.InvalidLookupAttributesException;
import software.amazon.awssdk.services.cloudtrail.model.InvalidMaxResultsException;
import software.amazon.awssdk.services.cloudtrail.model.InvalidNextTokenException;
import software.amazon.awssdk.services.cloudtrail.model.InvalidTimeRangeException;
import software.amazon.awssdk.services.cloudtrail.model.LookupAttributeKey;
import software.amazon.awssdk.services.cloudtrail.model.LookupEventsRequest;
import software.amazon.awssdk.services.cloudtrail.model.LookupEventsResponse;
import software.amazon.awssdk.services.cloudtrail.model.Resource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

class CloudTrailTest {
  private static final Duration DELIVERY = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
      "Principal":{"AWS":"123456789012"}}]}""";

  private SimulatedAccount account;
  private CloudTrailClient trail;
  private IamClient iam;
  private Ec2Client ec2;

  @BeforeEach
  void connect() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    trail = SdkClients.administrator(account).build(CloudTrailClient.builder());
    iam = SdkClients.administrator(account).build(IamClient.builder());
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
  }

  @AfterEach
  void close() {
    trail.close();
    iam.close();
    ec2.close();
    account.close();
  }

  @Test
  void who_deleted_the_profile_is_found_by_its_name_once_the_event_is_delivered() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    iam.deleteInstanceProfile(r -> r.instanceProfileName("web"));

    account.clock().advance(DELIVERY.minusSeconds(1));
    assertThat(lookUp(LookupAttributeKey.RESOURCE_NAME, "web")).isEmpty();
    account.clock().advance(Duration.ofSeconds(1));

    List<Event> events = lookUp(LookupAttributeKey.RESOURCE_NAME, "web");
    assertThat(events)
        .extracting(Event::eventName)
        .containsExactly("DeleteInstanceProfile", "RemoveRoleFromInstanceProfile");
    assertThat(events.get(1).resources())
        .extracting(Resource::resourceName, Resource::resourceType)
        .containsExactlyInAnyOrder(
            tuple("web", "AWS::IAM::InstanceProfile"), tuple("web-role", "AWS::IAM::Role"));
    Event deletion = events.get(0);
    assertThat(deletion.eventSource()).isEqualTo("iam.amazonaws.com");
    assertThat(deletion.readOnly()).isEqualTo("false");
    assertThat(deletion.username()).isEqualTo("root");
    JsonNode record = record(deletion);
    assertThat(record.at("/eventID").asText()).isEqualTo(deletion.eventId());
    assertThat(record.at("/userAgent").asText()).startsWith("aws-sdk-java/2.");
    assertThat(record.at("/requestParameters/instanceProfileName").asText()).isEqualTo("web");
    assertThat(record.at("/userIdentity/type").asText()).isEqualTo("Root");
    assertThat(record.has("errorCode")).isFalse();
  }

  @Test
  void the_old_role_of_a_lost_profile_can_be_read_from_the_history() {
    iam.createInstanceProfile(r -> r.instanceProfileName("batch").path("/jobs/"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("batch").roleName("web-role"));
    account.clock().advance(DELIVERY);

    Event added = lookUp(LookupAttributeKey.EVENT_NAME, "AddRoleToInstanceProfile").get(0);
    Event created = lookUp(LookupAttributeKey.EVENT_NAME, "CreateInstanceProfile").get(0);

    assertThat(record(added).at("/requestParameters/roleName").asText()).isEqualTo("web-role");
    assertThat(record(created).at("/responseElements/instanceProfile/instanceProfileId").asText())
        .startsWith("AIPA");
    assertThat(record(created).at("/responseElements/instanceProfile/path").asText())
        .isEqualTo("/jobs/");
  }

  @Test
  void an_instance_s_own_calls_are_found_by_its_access_key_id_and_its_id() {
    SimulatedInstance instance = account.launchInstance("web");
    AwsCredentialsProvider credentials = credentialsOf(instance);
    String key = credentials.resolveCredentials().accessKeyId();
    account.world().role("web-role").inlinePolicies.clear();
    // The SDK tries a 403 again where it holds the clock for wrong, which another test may have
    // brought about: it remembers the difference for the whole JVM.
    var once = IamClient.builder().overrideConfiguration(o -> o.retryStrategy(doNotRetry()));
    try (var own = SdkClients.using(account, credentials).build(once)) {
      assertThatThrownBy(own::listRoles).hasMessageContaining("not authorized");
    }
    account.clock().advance(DELIVERY);

    Event event = lookUp(LookupAttributeKey.ACCESS_KEY_ID, key).get(0);

    assertThat(event.username()).isEqualTo(instance.id());
    assertThat(lookUp(LookupAttributeKey.USERNAME, instance.id()))
        .extracting(Event::eventId)
        .containsExactly(event.eventId());
    JsonNode record = record(event);
    assertThat(record.at("/errorCode").asText()).isEqualTo("AccessDenied");
    assertThat(record.at("/userIdentity/sessionContext/sessionIssuer/userName").asText())
        .isEqualTo("web-role");
    assertThat(record.at("/readOnly").asBoolean()).isTrue();
    assertThat(record.at("/responseElements").isNull()).isTrue();
  }

  @Test
  void errors_are_recorded_under_the_names_that_cloudtrail_gives_them() {
    assertThatThrownBy(() -> iam.getInstanceProfile(r -> r.instanceProfileName("gone")))
        .isInstanceOf(AwsServiceException.class);
    assertThatThrownBy(
            () -> ec2.describeInstances(r -> r.instanceIds("i-0123456789abcdef0").build()))
        .isInstanceOf(AwsServiceException.class);
    account.clock().advance(DELIVERY);

    assertThat(
            record(lookUp(LookupAttributeKey.EVENT_NAME, "GetInstanceProfile").get(0))
                .at("/errorCode")
                .asText())
        .isEqualTo("NoSuchEntityException");
    assertThat(
            record(lookUp(LookupAttributeKey.EVENT_NAME, "DescribeInstances").get(0))
                .at("/errorCode")
                .asText())
        .isEqualTo("Client.InvalidInstanceID.NotFound");
  }

  @Test
  void user_data_is_not_recorded() {
    String secret = Base64.getEncoder().encodeToString("pw".getBytes(StandardCharsets.UTF_8));
    ec2.runInstances(r -> r.imageId("ami-12345678").minCount(1).maxCount(1).userData(secret));
    account.clock().advance(DELIVERY);

    Event event = lookUp(LookupAttributeKey.EVENT_NAME, "RunInstances").get(0);

    assertThat(event.cloudTrailEvent()).contains("sensitiveDataRemoved").doesNotContain(secret);
    assertThat(event.resources()).extracting(Resource::resourceType).contains("AWS::EC2::Instance");
  }

  @Test
  void pages_are_newest_first_and_complete() {
    for (int i = 0; i < 120; i++) {
      String name = "p" + i;
      iam.createInstanceProfile(r -> r.instanceProfileName(name));
    }
    account.clock().advance(DELIVERY);

    assertThat(
            trail
                .lookupEventsPaginator(
                    attribute(LookupAttributeKey.EVENT_NAME, "CreateInstanceProfile"))
                .stream()
                .map(LookupEventsResponse::events)
                .map(List::size))
        .containsExactly(50, 50, 20);
    assertThat(
            trail
                .lookupEventsPaginator(
                    attribute(LookupAttributeKey.EVENT_NAME, "CreateInstanceProfile"))
                .events()
                .stream()
                .map(CloudTrailTest::record)
                .map(record -> record.at("/requestParameters/instanceProfileName").asText()))
        .hasSize(120)
        .doesNotHaveDuplicates()
        .startsWith("p119", "p118")
        .endsWith("p0");
  }

  @Test
  void the_history_is_bounded_by_times_and_reaches_back_ninety_days() {
    iam.createInstanceProfile(r -> r.instanceProfileName("old"));
    account.clock().advance(Duration.ofDays(89));
    iam.createInstanceProfile(r -> r.instanceProfileName("new"));
    account.clock().advance(DELIVERY);

    assertThat(lookUp(LookupAttributeKey.EVENT_NAME, "CreateInstanceProfile")).hasSize(2);
    assertThat(
            trail
                .lookupEvents(
                    r ->
                        r.startTime(account.clock().instant().minus(Duration.ofHours(1)))
                            .endTime(account.clock().instant()))
                .events())
        .extracting(Event::eventName)
        .containsExactly("CreateInstanceProfile");
    account.clock().advance(Duration.ofDays(1));
    assertThat(lookUp(LookupAttributeKey.RESOURCE_NAME, "old")).isEmpty();
  }

  @Test
  void clearing_the_journal_does_not_erase_the_history() {
    iam.createInstanceProfile(r -> r.instanceProfileName("kept"));
    account.clearJournal();
    account.clock().advance(DELIVERY);

    assertThat(lookUp(LookupAttributeKey.RESOURCE_NAME, "kept")).hasSize(1);
  }

  @Test
  void the_delay_of_delivery_is_settable() {
    try (var slow =
            SimulatedAccount.builder()
                .timing(Timing.CLOUDTRAIL_DELIVERY, Duration.ofMinutes(15))
                .build();
        var slowTrail = SdkClients.administrator(slow).build(CloudTrailClient.builder());
        var slowIam = SdkClients.administrator(slow).build(IamClient.builder())) {
      slowIam.createInstanceProfile(r -> r.instanceProfileName("late"));
      slow.clock().advance(DELIVERY);
      assertThat(slowTrail.lookupEvents().events()).isEmpty();
      slow.clock().advance(Duration.ofMinutes(10));
      assertThat(slowTrail.lookupEvents().events()).isNotEmpty();
    }
  }

  @Test
  void bad_requests_are_refused_as_cloudtrail_refuses_them() {
    assertThatThrownBy(() -> trail.lookupEvents(r -> r.maxResults(51)))
        .isInstanceOf(InvalidMaxResultsException.class)
        .hasMessageContaining("MaxResults 51");
    assertThatThrownBy(() -> trail.lookupEvents(r -> r.nextToken("torn")))
        .isInstanceOf(InvalidNextTokenException.class);
    assertThatThrownBy(
            () ->
                trail.lookupEvents(
                    r ->
                        r.startTime(account.clock().instant())
                            .endTime(account.clock().instant().minusSeconds(1))))
        .isInstanceOf(InvalidTimeRangeException.class);
    assertThatThrownBy(
            () ->
                trail.lookupEvents(
                    r -> r.lookupAttributes(a -> a.attributeKey("Colour").attributeValue("red"))))
        .isInstanceOf(InvalidLookupAttributesException.class)
        .hasMessageContaining("Colour");
    assertThatThrownBy(() -> trail.listTrails(r -> {}))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> {
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnknownOperationException");
              assertThat(e).hasMessageContaining("ListTrails");
            });
  }

  @Test
  void a_role_needs_the_permission_to_look_events_up() {
    SimulatedInstance instance = account.launchInstance("web");
    account.world().role("web-role").inlinePolicies.clear();
    try (var own =
        SdkClients.using(account, credentialsOf(instance)).build(CloudTrailClient.builder())) {
      assertThatThrownBy(own::lookupEvents)
          .isInstanceOfSatisfying(
              AwsServiceException.class,
              e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException"))
          .hasMessageContaining("cloudtrail:LookupEvents");
    }
  }

  @Test
  void events_of_iam_are_found_in_us_east_1_alone() {
    try (var european = SimulatedAccount.builder().region("eu-west-1").build();
        var its = SdkClients.administrator(european).build(Ec2Client.builder());
        var global = SdkClients.administrator(european).build(IamClient.builder());
        var there = SdkClients.administrator(european).build(CloudTrailClient.builder());
        var inUsEast =
            CloudTrailClient.builder()
                .endpointOverride(european.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "any-secret")))
                .build()) {
      its.describeInstances();
      global.listRoles();
      european.clock().advance(DELIVERY);

      assertThat(there.lookupEvents().events())
          .extracting(Event::eventName)
          .containsExactly("DescribeInstances");
      assertThat(inUsEast.lookupEvents().events())
          .extracting(Event::eventName)
          .containsExactly("ListRoles");
    }
  }

  @Test
  void garbage_in_one_request_does_not_spoil_the_history() throws Exception {
    String key =
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/%s/aws4_request";
    for (String name : List.of(".", "..", "a..b", "a." + "b.".repeat(100_000) + "c", "%00=%0b&")) {
      String form = "Action=CreateTags&Version=2016-11-15&ResourceId.1=x&" + name + "=1";
      account.exchange(
          "POST",
          "/",
          Map.of(
              "Authorization",
              key.formatted("ec2"),
              "Content-Type",
              "application/x-www-form-urlencoded"),
          form.getBytes(StandardCharsets.UTF_8));
    }
    SimulatedInstance instance = account.launchInstance("web");
    ec2.createTags(r -> r.resources(instance.id()).tags(t -> t.key("bell").value("\u0007\ud800!")));
    assertThat(ec2.describeInstances().reservations().get(0).instances().get(0).tags())
        .extracting(software.amazon.awssdk.services.ec2.model.Tag::value)
        .containsExactly("\ufffd?!");
    account.clock().advance(DELIVERY);

    assertThat(lookUp(LookupAttributeKey.EVENT_NAME, "CreateTags")).hasSize(6);
    for (String body :
        List.of(
            "",
            "[]",
            "null",
            "{",
            "{\"LookupAttributes\":{\"AttributeKey\":\"EventName\"}}",
            "{\"StartTime\":\"x\"}",
            "{\"MaxResults\":1e3}")) {
      HttpAnswer answer =
          account.exchange(
              "POST",
              "/",
              Map.of(
                  "Authorization",
                  key.formatted("cloudtrail"),
                  "X-Amz-Target",
                  "CloudTrail_20131101.LookupEvents"),
              body.getBytes(StandardCharsets.UTF_8));
      assertThat(answer.status()).as(body).isEqualTo(400);
    }
  }

  @Test
  void what_a_role_is_assumed_with_is_not_recorded() {
    iam.createRole(r -> r.roleName("deploy").assumeRolePolicyDocument(TRUST));
    try (var sts = SdkClients.administrator(account).build(StsClient.builder())) {
      var assumed =
          sts.assumeRole(
              r -> r.roleArn("arn:aws:iam::123456789012:role/deploy").roleSessionName("me"));
      account.clock().advance(DELIVERY);

      Event event = lookUp(LookupAttributeKey.EVENT_NAME, "AssumeRole").get(0);

      assertThat(event.cloudTrailEvent())
          .doesNotContain(assumed.credentials().secretAccessKey())
          .doesNotContain(assumed.credentials().sessionToken());
      assertThat(event.resources())
          .extracting(Resource::resourceName)
          .containsExactly("arn:aws:iam::123456789012:role/deploy");
    }
  }

  /** A provider without a cache: what a new process would find. */
  private static AwsCredentialsProvider credentialsOf(SimulatedInstance instance) {
    try (var provider =
        InstanceProfileCredentialsProvider.builder()
            .endpoint(instance.metadataEndpoint().toString())
            .build()) {
      return StaticCredentialsProvider.create(provider.resolveCredentials());
    }
  }

  private List<Event> lookUp(LookupAttributeKey key, String value) {
    return trail.lookupEvents(attribute(key, value)).events();
  }

  private static LookupEventsRequest attribute(LookupAttributeKey key, String value) {
    return LookupEventsRequest.builder()
        .lookupAttributes(a -> a.attributeKey(key).attributeValue(value))
        .build();
  }

  private static JsonNode record(Event event) {
    try {
      return JSON.readTree(event.cloudTrailEvent());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError("no JSON: " + event.cloudTrailEvent(), e);
    }
  }
}
