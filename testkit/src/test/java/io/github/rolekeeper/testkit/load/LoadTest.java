package io.github.rolekeeper.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Many clients at once, for a while. Not part of the normal build; see CONTRIBUTING. */
@Tag("load")
class LoadTest {
  private static final int CLIENTS = 64;
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofSeconds(60);
  private static final double GROWTH = 1.10;

  /** What must not grow. */
  private record Footprint(long heap, int threads, int sockets) {
    static Footprint taken() throws IOException {
      System.gc();
      System.gc();
      return new Footprint(
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
          ManagementFactory.getThreadMXBean().getThreadCount(),
          openSockets());
    }

    private static int openSockets() throws IOException {
      Path descriptors = Path.of("/proc/self/fd");
      if (!Files.isDirectory(descriptors)) {
        return 0; // no Linux: heap and threads must do
      }
      int sockets = 0;
      try (var all = Files.newDirectoryStream(descriptors)) {
        for (Path each : all) {
          try {
            if (Files.readSymbolicLink(each).toString().startsWith("socket:")) {
              sockets++;
            }
          } catch (IOException e) {
            // Closed since it was listed.
          }
        }
      }
      return sockets;
    }
  }

  private final AtomicBoolean stop = new AtomicBoolean();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Map<Integer, LongAdder> writes = new ConcurrentHashMap<>();
  private final LongAdder calls = new LongAdder();

  @Test
  void sixty_four_clients_for_a_minute_see_no_error_and_leave_nothing_behind() throws Exception {
    // The journal of a minute would be all that grows.
    try (SimulatedAccount account = SimulatedAccount.builder().journalLimit(2_000).build();
        SdkHttpClient http = ApacheHttpClient.builder().maxConnections(CLIENTS).build()) {
      account.createInstanceProfile("web", "web-role");
      ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
      for (int number = 0; number < CLIENTS; number++) {
        int client = number;
        writes.put(client, new LongAdder());
        clients.execute(() -> work(account, http, client));
      }
      pause(WARM_UP);
      Footprint early = Footprint.taken();
      pause(WHOLE.minus(WARM_UP));
      Footprint late = Footprint.taken();
      stop.set(true);
      clients.shutdown();
      assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

      System.out.println(
          "load: " + calls.sum() + " calls in " + WHOLE + ", early " + early + ", late " + late);
      assertThat(failures).isEmpty();
      assertThat((double) late.heap()).isLessThanOrEqualTo(early.heap() * GROWTH);
      assertThat((double) late.threads()).isLessThanOrEqualTo(early.threads() * GROWTH);
      assertThat((double) late.sockets()).isLessThanOrEqualTo(early.sockets() * GROWTH);
      assertEachClientLeftWhatItWroteLast(account, http);
    }
  }

  private void pause(Duration time) throws InterruptedException {
    // Ends early only if a client fails.
    new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void work(SimulatedAccount account, SdkHttpClient http, int client) {
    SimulatedInstance instance = account.launchInstance("web");
    SdkClients clients = SdkClients.administrator(account);
    try (IamClient iam =
            clients.build(
                IamClient.builder()
                    .httpClient(http)
                    .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())));
        Ec2Client ec2 =
            clients.build(
                Ec2Client.builder()
                    .httpClient(http)
                    .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())));
        StsClient sts = clients.build(StsClient.builder().httpClient(http))) {
      String mine = "profile-" + client;
      while (!stop.get()) {
        iam.createInstanceProfile(r -> r.instanceProfileName(mine));
        iam.addRoleToInstanceProfile(r -> r.instanceProfileName(mine).roleName("web-role"));
        String association =
            ec2.describeIamInstanceProfileAssociations(
                    r -> r.filters(f -> f.name("instance-id").values(instance.id())))
                .iamInstanceProfileAssociations()
                .get(0)
                .associationId();
        String old =
            ec2.replaceIamInstanceProfileAssociation(
                    r -> r.associationId(association).iamInstanceProfile(p -> p.name(mine)))
                .iamInstanceProfileAssociation()
                .associationId();
        ec2.describeInstances(r -> r.instanceIds(instance.id()));
        sts.getCallerIdentity();
        metadata(instance);
        ec2.replaceIamInstanceProfileAssociation(
            r -> r.associationId(old).iamInstanceProfile(p -> p.name("web")));
        iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName(mine).roleName("web-role"));
        iam.deleteInstanceProfile(r -> r.instanceProfileName(mine));
        if (client == 0) {
          account.clock().advance(Duration.ofHours(4)); // sessions come and go
        }
        writes.get(client).increment();
        calls.add(11);
      }
      iam.createInstanceProfile(
          r -> r.instanceProfileName("count-" + client + "-" + writes.get(client).sum()));
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  private static void metadata(SimulatedInstance instance) throws IOException {
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

  private void assertEachClientLeftWhatItWroteLast(SimulatedAccount account, SdkHttpClient http) {
    List<String> expected = new ArrayList<>(List.of("web"));
    writes.forEach((client, count) -> expected.add("count-" + client + "-" + count.sum()));
    try (IamClient iam =
        SdkClients.administrator(account).build(IamClient.builder().httpClient(http))) {
      assertThat(iam.listInstanceProfilesPaginator().instanceProfiles().stream())
          .extracting(profile -> profile.instanceProfileName())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }
}
