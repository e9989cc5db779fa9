package io.github.rolekeeper.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.sts.StsClient;

/** Many clients at once, for a while. Not part of the normal build; see CONTRIBUTING. */
@Tag("load")
class LoadTest {
  private static final int CLIENTS = 64;
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofSeconds(60);
  private static final double GROWTH = 1.10;

  /** How often the journal is read, which would be all that grows. */
  private static final Duration SLICE = Duration.ofMillis(100);

  /** A second and more of calls: ten times what comes between two readings. */
  private static final int JOURNAL = 4_000;

  /**
   * Only then is CloudTrail's history full, which is as long as the journal; not all calls count.
   */
  private static final int FULL = 2 * JOURNAL;

  /** A twentieth of what was measured: not a claim of speed, but a machine that stands still. */
  private static final long FEWEST_PER_SECOND = 100;

  /** How many profiles the clients have in common. */
  private static final int CONTENDED = 8;

  private static final Set<String> TOO_LATE =
      Set.of("EntityAlreadyExists", "LimitExceeded", "NoSuchEntity", "DeleteConflict");

  private final AtomicBoolean stop = new AtomicBoolean();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final JournalledState expected = new JournalledState();

  /** What the clients have sent, by operation. */
  private final Map<String, LongAdder> sent = new ConcurrentHashMap<>();

  @Test
  void sixty_four_clients_for_a_minute_see_no_error_and_leave_what_the_journal_says()
      throws Exception {
    try (SimulatedAccount account = SimulatedAccount.builder().journalLimit(JOURNAL).build();
        SdkHttpClient http = ApacheHttpClient.builder().maxConnections(CLIENTS).build()) {
      account.createInstanceProfile("web", "web-role");
      expected.holds("web", "web-role");
      ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
      for (int number = 0; number < CLIENTS; number++) {
        int client = number;
        SimulatedInstance instance = account.launchInstance("web");
        expected.launched(instance.id(), "web");
        clients.execute(() -> work(account, http, client, instance));
      }
      followTheJournal(account, WARM_UP);
      while (expected.calls() < FULL && failures.isEmpty()) {
        followTheJournal(account, SLICE); // a busy machine needs longer than WARM_UP
      }
      Footprint early = Footprint.taken();
      followTheJournal(account, WHOLE.minus(WARM_UP));
      Footprint late = Footprint.taken();
      stop.set(true);
      clients.shutdown();
      while (!clients.awaitTermination(SLICE.toMillis(), TimeUnit.MILLISECONDS)) {
        expected.follow(account.takeCalls());
      }
      expected.follow(account.takeCalls());

      long calls = expected.calls();
      System.out.println(
          "load: " + calls + " calls in " + WHOLE + ", early " + early + ", late " + late);
      assertThat(failures).isEmpty();
      assertThat(calls).isGreaterThan(FEWEST_PER_SECOND * WHOLE.toSeconds());
      assertThat((double) late.heap()).isLessThanOrEqualTo(early.heap() * GROWTH);
      assertThat((double) late.threads()).isLessThanOrEqualTo(early.threads() * GROWTH);
      assertThat((double) late.sockets()).isLessThanOrEqualTo(early.sockets() * GROWTH);
      assertThat(expected.requests())
          .as("each request that was sent is in the journal once")
          .isEqualTo(
              sent.entrySet().stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().sum())));
      assertTheAccountIsAsTheJournalSays(account, http);
    }
  }

  /** Ends early if a client fails. */
  private void followTheJournal(SimulatedAccount account, Duration time)
      throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0 && failures.isEmpty()) {
      expected.follow(account.takeCalls());
      new CountDownLatch(1).await(SLICE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void work(
      SimulatedAccount account, SdkHttpClient http, int client, SimulatedInstance instance) {
    SdkClients clients = SdkClients.administrator(account);
    try (IamClient iam = counted(clients, IamClient.builder().httpClient(http));
        Ec2Client ec2 = counted(clients, Ec2Client.builder().httpClient(http));
        StsClient sts = counted(clients, StsClient.builder().httpClient(http))) {
      String mine = "profile-" + client;
      while (!stop.get()) {
        String association = takeMine(iam, ec2, mine, instance);
        sts.getCallerIdentity();
        metadata(instance);
        contend(iam, "contended-" + client % CONTENDED);
        replace(ec2, association, "web", instance);
        iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName(mine).roleName("web-role"));
        iam.deleteInstanceProfile(r -> r.instanceProfileName(mine));
        if (client == 0) {
          account.clock().advance(Duration.ofHours(4)); // sessions come and go
        }
      }
      if (client % 2 == 0) {
        takeMine(iam, ec2, mine, instance); // so that not all ends as it began
      }
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  private String takeMine(
      IamClient iam, Ec2Client ec2, String profile, SimulatedInstance instance) {
    iam.createInstanceProfile(r -> r.instanceProfileName(profile));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName(profile).roleName("web-role"));
    ec2.describeInstances(r -> r.instanceIds(instance.id()));
    String first =
        ec2.describeIamInstanceProfileAssociations(
                r -> r.filters(f -> f.name("instance-id").values(instance.id())))
            .iamInstanceProfileAssociations()
            .get(0)
            .associationId();
    return replace(ec2, first, profile, instance);
  }

  private String replace(
      Ec2Client ec2, String association, String profile, SimulatedInstance instance) {
    expected.owns(instance.id(), association);
    return ec2.replaceIamInstanceProfileAssociation(
            r -> r.associationId(association).iamInstanceProfile(p -> p.name(profile)))
        .iamInstanceProfileAssociation()
        .associationId();
  }

  /** Several clients want the same profile: whoever is late is refused, and nothing happens. */
  private static void contend(IamClient iam, String profile) {
    unlessLate(() -> iam.createInstanceProfile(r -> r.instanceProfileName(profile)));
    unlessLate(
        () ->
            iam.addRoleToInstanceProfile(r -> r.instanceProfileName(profile).roleName("web-role")));
    unlessLate(
        () ->
            iam.removeRoleFromInstanceProfile(
                r -> r.instanceProfileName(profile).roleName("web-role")));
    unlessLate(() -> iam.deleteInstanceProfile(r -> r.instanceProfileName(profile)));
  }

  private static void unlessLate(Runnable call) {
    try {
      call.run();
    } catch (IamException e) {
      if (!TOO_LATE.contains(e.awsErrorDetails().errorCode())) {
        throw e;
      }
    }
  }

  private <B extends AwsClientBuilder<B, C>, C> C counted(SdkClients clients, B builder) {
    return clients.build(
        builder.overrideConfiguration(
            o ->
                o.retryStrategy(AwsRetryStrategy.doNotRetry())
                    .addExecutionInterceptor(
                        new ExecutionInterceptor() {
                          @Override
                          public void beforeTransmission(
                              Context.BeforeTransmission context, ExecutionAttributes attributes) {
                            String request = context.request().getClass().getSimpleName();
                            count(request.substring(0, request.lastIndexOf("Request")));
                          }
                        })));
  }

  private void count(String operation) {
    sent.computeIfAbsent(operation, any -> new LongAdder()).increment();
  }

  private void metadata(SimulatedInstance instance) throws IOException {
    count("PUT /latest/api/token");
    var connection =
        (java.net.HttpURLConnection)
            URI.create(instance.metadataEndpoint() + "/latest/api/token").toURL().openConnection();
    connection.setRequestMethod("PUT");
    connection.setRequestProperty("X-aws-ec2-metadata-token-ttl-seconds", "21600");
    connection.setDoOutput(true);
    connection.getOutputStream().close();
    assertThat(connection.getResponseCode()).isEqualTo(200);
    try (var body = connection.getInputStream()) {
      body.readAllBytes();
    }
  }

  private void assertTheAccountIsAsTheJournalSays(SimulatedAccount account, SdkHttpClient http) {
    SdkClients clients = SdkClients.administrator(account);
    try (IamClient iam = clients.build(IamClient.builder().httpClient(http));
        Ec2Client ec2 = clients.build(Ec2Client.builder().httpClient(http))) {
      assertThat(
              iam.listInstanceProfilesPaginator().instanceProfiles().stream()
                  .collect(
                      Collectors.toMap(
                          profile -> profile.instanceProfileName(),
                          profile ->
                              profile.roles().stream()
                                  .map(role -> role.roleName())
                                  .collect(Collectors.joining()))))
          .isEqualTo(expected.profiles())
          .hasSizeGreaterThan(CLIENTS / 2);
      assertThat(
              ec2
                  .describeIamInstanceProfileAssociationsPaginator()
                  .iamInstanceProfileAssociations()
                  .stream()
                  .collect(
                      Collectors.toMap(
                          association -> association.instanceId(),
                          association ->
                              association.iamInstanceProfile().arn().replaceFirst(".*/", ""))))
          .isEqualTo(expected.associations())
          .hasSize(CLIENTS);
    }
  }
}
