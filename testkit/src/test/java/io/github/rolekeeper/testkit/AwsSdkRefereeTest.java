package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.core.waiters.WaiterResponse;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.Event;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileAssociation;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.waiters.Ec2Waiter;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.waiters.IamWaiter;

/**
 * The AWS SDK's own waiters and paginators. While a waiter polls, time goes on by the act of
 * another actor: each poll finds the account ten seconds later.
 */
class AwsSdkRefereeTest {
  private static final Duration STEP = Duration.ofSeconds(10);

  private SimulatedAccount account;
  private IamClient iam;
  private Ec2Client ec2;

  @BeforeEach
  void connect() {
    account = SimulatedAccount.builder().pageLimit(7).build();
    iam = SdkClients.administrator(account).build(IamClient.builder());
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
  }

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  private void timePassesWith(String operation) {
    account.inject(Fault.anotherActor(() -> account.clock().advance(STEP)).on(operation));
  }

  private static WaiterOverrideConfiguration atOnce(int attempts) {
    return WaiterOverrideConfiguration.builder()
        .maxAttempts(attempts)
        .backoffStrategyV2(BackoffStrategy.retryImmediately())
        .build();
  }

  @Test
  void waiters_of_iam_see_a_profile_and_a_role_come() {
    account.inject(
        Fault.anotherActor(() -> account.createInstanceProfile("web", "web-role"))
            .on("GetInstanceProfile")
            .atCalls(3));
    try (var waiter = IamWaiter.builder().client(iam).overrideConfiguration(atOnce(5)).build()) {
      var profile = waiter.waitUntilInstanceProfileExists(r -> r.instanceProfileName("web"));
      var role = waiter.waitUntilRoleExists(r -> r.roleName("web-role"));

      assertThat(profile.attemptsExecuted()).isEqualTo(3);
      assertThat(profile.matched().response().orElseThrow().instanceProfile().roles()).hasSize(1);
      assertThat(role.attemptsExecuted()).isEqualTo(1);
      assertThatThrownBy(() -> waiter.waitUntilRoleExists(r -> r.roleName("none")))
          .hasMessageContaining("max retry attempts");
    }
  }

  @Test
  void waiters_of_ec2_see_an_instance_run_and_stop() {
    account.timing(Timing.INSTANCE_START, Duration.ofSeconds(25));
    account.timing(Timing.INSTANCE_STOP, Duration.ofSeconds(35));
    String id =
        ec2.runInstances(r -> r.imageId("ami-1").minCount(1).maxCount(1))
            .instances()
            .get(0)
            .instanceId();
    timePassesWith("DescribeInstances");
    try (var waiter = Ec2Waiter.builder().client(ec2).overrideConfiguration(atOnce(9)).build()) {
      WaiterResponse<?> running = waiter.waitUntilInstanceRunning(r -> r.instanceIds(id));
      ec2.stopInstances(r -> r.instanceIds(id));
      WaiterResponse<?> stopped = waiter.waitUntilInstanceStopped(r -> r.instanceIds(id));

      assertThat(running.attemptsExecuted()).isEqualTo(3);
      assertThat(stopped.attemptsExecuted()).isEqualTo(4);
      ec2.terminateInstances(r -> r.instanceIds(id));
      assertThatThrownBy(() -> waiter.waitUntilInstanceRunning(r -> r.instanceIds(id)))
          .hasMessageContaining("failure state");
    }
  }

  @Test
  void paginators_of_iam_find_everything_once() {
    Set<String> names = names(20);
    names.forEach(name -> account.createInstanceProfile(name, name));

    assertSame(
        names,
        () ->
            stream(iam.listInstanceProfilesPaginator().instanceProfiles())
                .map(InstanceProfile::instanceProfileName)
                .toList());
    assertSame(names, () -> stream(iam.listRolesPaginator().roles()).map(Role::roleName).toList());
    assertSame(
        names,
        () ->
            iam.getAccountAuthorizationDetailsPaginator().stream()
                .flatMap(page -> page.roleDetailList().stream())
                .map(role -> role.instanceProfileList().get(0).instanceProfileName())
                .toList());
    assertThat(account.calls()).hasSize(9);
  }

  @Test
  void paginators_of_ec2_and_cloudtrail_find_everything_once() {
    account.createInstanceProfile("web", "web-role");
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      ids.add(account.launchInstance("web").id());
    }
    Set<String> templates = names(20);
    templates.forEach(
        name ->
            ec2.createLaunchTemplate(
                r -> r.launchTemplateName(name).launchTemplateData(d -> d.imageId("ami-1"))));

    assertSame(
        ids,
        () ->
            stream(ec2.describeInstancesPaginator().reservations())
                .flatMap(each -> each.instances().stream())
                .map(Instance::instanceId)
                .toList());
    assertSame(
        ids,
        () ->
            stream(
                    ec2.describeIamInstanceProfileAssociationsPaginator()
                        .iamInstanceProfileAssociations())
                .map(IamInstanceProfileAssociation::instanceId)
                .toList());
    assertSame(
        templates,
        () ->
            stream(
                    ec2.describeLaunchTemplateVersionsPaginator(r -> r.versions("$Default"))
                        .launchTemplateVersions())
                .map(each -> each.launchTemplateName())
                .toList());
    account.clock().advance(Duration.ofMinutes(5));
    try (var trail = SdkClients.administrator(account).build(CloudTrailClient.builder())) {
      assertThat(
              stream(
                      trail
                          .lookupEventsPaginator(
                              r ->
                                  r.lookupAttributes(
                                      a ->
                                          a.attributeKey("EventName")
                                              .attributeValue("CreateLaunchTemplate")))
                          .events())
                  .map(Event::eventId))
          .hasSize(20)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void the_metadata_client_of_the_sdk_reads_the_role() {
    account.createInstanceProfile("web", "web-role");
    SimulatedInstance instance = account.launchInstance("web");
    try (var metadata =
        Ec2MetadataClient.builder()
            .endpoint(instance.metadataEndpoint())
            .httpClient(ApacheHttpClient.builder().socketTimeout(Duration.ofMinutes(2)))
            .build()) {
      assertThat(metadata.get("/latest/meta-data/iam/security-credentials/").asList())
          .containsExactly("web-role");
      assertThat(metadata.get("/latest/meta-data/instance-id").asString()).isEqualTo(instance.id());
    }
  }

  private static Set<String> names(int count) {
    return new HashSet<>(IntStream.range(0, count).mapToObj(i -> "name-" + i).toList());
  }

  private static <T> java.util.stream.Stream<T> stream(Iterable<T> all) {
    return java.util.stream.StreamSupport.stream(all.spliterator(), false);
  }

  private static void assertSame(Set<String> expected, Supplier<List<String>> found) {
    assertThat(found.get()).doesNotHaveDuplicates().hasSameElementsAs(expected);
  }
}
