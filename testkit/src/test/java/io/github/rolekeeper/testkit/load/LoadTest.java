package io.github.rolekeeper.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.Kept;
import io.github.rolekeeper.testkit.OwnThreads;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

/** Many clients at once, for many rounds. Not part of the normal build; see CONTRIBUTING. */
@Tag("load")
class LoadTest {
  private static final int CLIENTS = 64;

  /** Some 20 seconds of two processors. */
  private static final int ROUNDS = 48;

  private static final int CALLS_IN_A_ROUND = 15;

  private static final int CALLS_TO_TAKE = 5;

  /** After so many rounds all wait for each other, and the journal is read. */
  private static final int SLICE = 8;

  /** Full after each slice, to the last call. */
  private static final int JOURNAL = CLIENTS * SLICE * CALLS_IN_A_ROUND;

  /** How many former associations EC2 knows of an instance. */
  private static final int FORMER = 50;

  /** Hourly ones of six hours that are kept for a day: issued now, and at each of 30 hours. */
  private static final int SESSIONS = 31;

  /** Only ends a hang. */
  private static final Duration PATIENCE = Duration.ofMinutes(60);

  /** How many profiles the clients have in common. */
  private static final int CONTENDED = 8;

  private static final Set<String> TOO_LATE =
      Set.of("EntityAlreadyExists", "LimitExceeded", "NoSuchEntity", "DeleteConflict");

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final JournalledState expected = new JournalledState();

  /** What the clients have sent, by operation. */
  private final Map<String, LongAdder> sent = new ConcurrentHashMap<>();

  @Test
  void sixty_four_clients_see_no_error_and_leave_what_the_journal_says_and_nothing_else()
      throws Exception {
    var threads = new OwnThreads();
    try (SimulatedAccount account =
            threads.run(() -> SimulatedAccount.builder().journalLimit(JOURNAL).build());
        SdkHttpClient http =
            ApacheHttpClient.builder()
                .maxConnections(CLIENTS)
                .connectionAcquisitionTimeout(PATIENCE)
                .connectionTimeout(PATIENCE)
                .socketTimeout(PATIENCE)
                .build()) {
      account.createInstanceProfile("web", "web-role");
      expected.holds("web", "web-role");
      var instances = Stream.generate(() -> account.launchInstance("web")).limit(CLIENTS).toList();
      instances.forEach(each -> expected.launched(each.id(), "web"));
      var atFirst = Kept.by(account);
      Footprint early = Footprint.taken();
      long begin = System.nanoTime();

      rounds(account, http, instances);

      Duration time = Duration.ofNanos(System.nanoTime() - begin);
      long calls = expected.calls();
      System.out.println(
          "load: "
              + calls
              + " calls in "
              + time
              + ", "
              + calls * 1000 / time.toMillis()
              + " a second, before "
              + early
              + ", after "
              + Footprint.taken());
      assertThat(calls)
          .isEqualTo(CLIENTS * ROUNDS * CALLS_IN_A_ROUND + CLIENTS / 2 * CALLS_TO_TAKE);
      assertThat(expected.requests())
          .as("each request that was sent is in the journal once")
          .isEqualTo(
              sent.entrySet().stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().sum())));
      assertTheAccountIsAsTheJournalSays(account, http);
      fillTheJournal(account, http);
      assertTheAccountKeepsNothingElse(account, atFirst);
    }
    threads.assertAllHaveEnded();
  }

  private void rounds(
      SimulatedAccount account, SdkHttpClient http, List<SimulatedInstance> instances)
      throws InterruptedException {
    var slices =
        new Phaser(CLIENTS) {
          @Override
          protected boolean onAdvance(int phase, int clients) {
            try {
              List<ApiCall> slice = account.takeCalls();
              expected.follow(slice);
              if (failures.isEmpty()) {
                assertThat(slice.size()).isEqualTo(JOURNAL);
              }
            } catch (Exception | AssertionError e) {
              failures.add(e);
            }
            return super.onAdvance(phase, clients);
          }
        };
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    for (int number = 0; number < CLIENTS; number++) {
      int client = number;
      clients.execute(() -> work(account, http, client, instances.get(client), slices));
    }
    clients.shutdown();
    assertThat(clients.awaitTermination(PATIENCE.toMinutes(), TimeUnit.MINUTES)).isTrue();
    expected.follow(account.takeCalls());
    assertThat(failures).isEmpty();
  }

  private void work(
      SimulatedAccount account,
      SdkHttpClient http,
      int client,
      SimulatedInstance instance,
      Phaser slices) {
    SdkClients clients = SdkClients.administrator(account);
    try (IamClient iam = counted(clients, IamClient.builder().httpClient(http));
        Ec2Client ec2 = counted(clients, Ec2Client.builder().httpClient(http));
        StsClient sts = counted(clients, StsClient.builder().httpClient(http))) {
      for (int round = 0; round < ROUNDS; round++) {
        if (round > 0 && round % SLICE == 0) {
          slices.arriveAndAwaitAdvance();
        }
        String mine = "profile-" + client + "-of-round-" + round;
        String association = takeMine(iam, ec2, mine, instance);
        sts.getCallerIdentity();
        account.inject(
            Fault.status(503).on("PUT /latest/api/token").forInstance(instance.id()).times(1));
        assertThat(metadata(instance)).isEqualTo(503);
        assertThat(metadata(instance)).isEqualTo(200);
        contend(iam, "contended-" + client % CONTENDED);
        replace(ec2, association, "web", instance);
        iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName(mine).roleName("web-role"));
        iam.deleteInstanceProfile(r -> r.instanceProfileName(mine));
        if (client == 0) {
          account.clock().advance(Duration.ofHours(4)); // sessions come and go
        }
      }
      slices.arriveAndAwaitAdvance();
      if (client % 2 == 0) {
        takeMine(iam, ec2, "profile-" + client, instance); // so that not all ends as it began
      }
    } catch (Exception | AssertionError e) {
      failures.add(e);
      slices.arriveAndDeregister(); // the others go on without it
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

  private int metadata(SimulatedInstance instance) throws IOException {
    count("PUT /latest/api/token");
    var connection =
        (java.net.HttpURLConnection)
            URI.create(instance.metadataEndpoint() + "/latest/api/token")
                .toURL()
                .openConnection(Proxy.NO_PROXY);
    connection.setRequestMethod("PUT");
    connection.setRequestProperty("X-aws-ec2-metadata-token-ttl-seconds", "21600");
    connection.setDoOutput(true);
    connection.getOutputStream().close();
    int status = connection.getResponseCode();
    try (var body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      body.readAllBytes();
    }
    return status;
  }

  /** Only reads, so that nobody need follow them. */
  private static void fillTheJournal(SimulatedAccount account, SdkHttpClient http) {
    account.clearJournal();
    try (StsClient sts =
        SdkClients.administrator(account).build(StsClient.builder().httpClient(http))) {
      for (int call = 0; call < JOURNAL + 3; call++) {
        sts.getCallerIdentity();
      }
    }
    assertThatIllegalStateException()
        .isThrownBy(account::calls)
        .withMessageContaining("dropped the 3 oldest");
  }

  /** Once what the account keeps for a while is over. */
  private void assertTheAccountKeepsNothingElse(
      SimulatedAccount account, Map<String, Integer> atFirst) throws IllegalAccessException {
    account.clock().advance(Duration.ofDays(3));
    account.createInstanceProfile("last", "web-role"); // brings all metadata up to date
    int profiles = expected.profiles().size() + 1;
    // With a profile that nobody has used before, an instance gets none until it is started again.
    int sessions = SESSIONS * Collections.frequency(expected.associations().values(), "web");
    var now = new TreeMap<>(atFirst);
    now.put("Journal.calls", JOURNAL);
    now.put("Journal.names", 5); // who calls, and two parameters with their values
    now.put("Trail.events", JOURNAL);
    now.put("Instance.superseded", CLIENTS * FORMER);
    now.put("World.sessions", sessions);
    now.put("World.sessionsByEnd", sessions);
    now.put("World.profiles", profiles);
    now.put("World.profilesInEc2", profiles);
    assertThat(Kept.by(account)).isEqualTo(now);
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
