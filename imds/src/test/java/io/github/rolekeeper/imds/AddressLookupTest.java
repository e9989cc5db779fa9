package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A resolver that does not answer, as that of an operating system whose DNS server is gone. */
@Timeout(120)
class AddressLookupTest {
  private static final String ID = "meta-data/instance-id";

  // The latter for a call that waits for the token of another one.
  private static final Set<Kind> NO_NAME = Set.of(Kind.UNREACHABLE, Kind.DEADLINE_EXCEEDED);

  private final CountDownLatch answered = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final ScriptedMetadataServer server = ScriptedMetadataServer.start().serves(ID, "i-1");
  private final Set<Thread> ofOthers = running();

  @AfterEach
  void stop() throws InterruptedException {
    answered.countDown();
    server.close();
    for (Thread thread : lookups()) {
      thread.join();
    }
  }

  private Set<Thread> lookups() {
    Set<Thread> ours = running();
    ours.removeAll(ofOthers);
    return ours;
  }

  private static Set<Thread> running() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("rolekeeper-imds-lookup"))
        .collect(Collectors.toSet());
  }

  private InstanceMetadataClient.Builder builder(AddressLookup.Resolver resolver) {
    return Clients.builder(URI.create("http://metadata.test:" + server.port())).resolver(resolver);
  }

  /** Heeds no interrupt, as {@code getaddrinfo}. */
  private InetAddress hang(String host) {
    asked.incrementAndGet();
    boolean interrupted = false;
    while (true) {
      try {
        answered.await();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        return InetAddress.getLoopbackAddress();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  @Test
  void however_often_a_resolver_that_hangs_is_asked_one_daemon_thread_waits_for_it() {
    // The clock stands still, so that each attempt looks and no time is over before it.
    InstanceMetadataClient client =
        builder(this::hang).timeout(Duration.ofMillis(30)).nanos(() -> 0).attempts(4).build();
    List<CompletableFuture<Kind>> calls =
        Stream.generate(() -> client.async(c -> Clients.failure(c, ID).kind())).limit(8).toList();
    for (int i = 0; i < 8; i++) {
      assertThat(Clients.failure(client, ID).kind()).isIn(NO_NAME);
    }
    assertThat(calls).extracting(CompletableFuture::join).allMatch(NO_NAME::contains);
    assertThat(asked).hasValue(1);
    assertThat(lookups()).hasSize(1).allMatch(Thread::isDaemon);
    client.close();
    assertThat(lookups()).hasSize(1); // nobody can end it: that is what close() says
    assertThat(server.connections()).isZero();
  }

  @Test
  void when_the_resolver_answers_late_the_next_call_is_served() throws Exception {
    InstanceMetadataClient client = builder(this::hang).build();
    CompletableFuture<?> reading = client.async(c -> c.text(ID));
    Waiting.until(() -> asked.get() > 0);
    answered.countDown();
    assertThat(reading.get()).isEqualTo(client.text(ID));
    client.close();
  }

  @Test
  void closing_ends_a_lookup_that_heeds_an_interrupt_and_begins_no_other() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    InstanceMetadataClient client =
        builder(
                host -> {
                  asked.incrementAndGet();
                  entered.countDown();
                  try {
                    answered.await();
                  } catch (InterruptedException e) {
                    throw new UnknownHostException(host);
                  }
                  return InetAddress.getLoopbackAddress();
                })
            .build();
    CompletableFuture<InstanceMetadataException> blocking = new CompletableFuture<>();
    Thread reader = new Thread(() -> blocking.complete(Clients.failure(client, ID)));
    reader.start();
    entered.await();
    client.close();
    assertThat(blocking.get().kind()).isEqualTo(Kind.UNREACHABLE); // four attempts, one lookup
    assertThat(asked).hasValue(1);
    for (Thread thread : lookups()) {
      thread.join();
    }
  }

  @Test
  void a_name_without_an_address_is_told_and_looked_up_again_each_time() {
    InstanceMetadataClient client =
        builder(
                host -> {
                  asked.incrementAndGet();
                  throw new UnknownHostException(host);
                })
            .build();
    assertThat(Clients.failure(client, ID)).hasMessageContaining("metadata.test has no address");
    assertThat(asked).hasValue(4);
  }

  @Test
  void an_interrupt_ends_the_wait_for_a_name() throws Exception {
    InstanceMetadataClient client = builder(this::hang).build();
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () ->
                ended.complete(
                    Clients.failure(client, ID).kind() == Kind.INTERRUPTED
                        && Thread.currentThread().isInterrupted()));
    reader.start();
    Waiting.until(() -> asked.get() > 0);
    reader.interrupt();
    assertThat(ended.get()).isTrue();
    client.close();
  }
}
