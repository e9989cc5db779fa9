package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.time.Duration;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120) // against a hang only
class AsyncTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;
  private static final String INFO = "GET /latest/meta-data/iam/info";

  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start().serves(ID, "i-0123456789abcdef0");
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  /** What is special about a client of a server. */
  private interface Settings {
    InstanceMetadataClient.Builder apply(
        InstanceMetadataClient.Builder client, ScriptedMetadataServer server);
  }

  /** What a service does, what it is asked, and by what client. */
  record Scenario(
      String name,
      String request,
      List<Reply> replies,
      Function<InstanceMetadataClient, ?> call,
      Settings settings) {
    Scenario(
        String name,
        String request,
        List<Reply> replies,
        Function<InstanceMetadataClient, ?> call) {
      this(name, request, replies, call, (client, server) -> client);
    }

    InstanceMetadataClient.Builder builder(ScriptedMetadataServer server) {
      return settings.apply(Clients.builder(server), server);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Scenario read(String name, Reply... replies) {
    return new Scenario(name, GET, List.of(replies), client -> client.text(ID));
  }

  private static Scenario with(String name, Settings settings, Reply... replies) {
    return new Scenario(name, GET, List.of(replies), client -> client.text(ID), settings);
  }

  private static Object closed(InstanceMetadataClient client) {
    client.close();
    return client.text(ID);
  }

  private static Object interrupted(InstanceMetadataClient client) {
    Thread.currentThread().interrupt();
    try {
      return client.text(ID);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  static Stream<Scenario> scenarios() {
    return Stream.of(
        read("a value", ok("x")),
        read("an empty value", ok("")),
        read("absence", status(404, "<html>")),
        read("a refused token", ok("x"), status(401, "")),
        read("passing trouble", status(503, ""), status(429, ""), raw("HTTP/1.1 2"), ok("x")),
        read("lasting trouble", status(503, "")),
        read("throttling", status(429, "")),
        read("a bad request", status(400, "")),
        read("a service that is off", status(403, "")),
        read("a redirect", status(302, "", "Location: http://127.0.0.1:1/")),
        read("garbage", raw("SSH-2.0-OpenSSH\r\n")),
        new Scenario(
            "a token that is not granted",
            TOKEN,
            List.of(status(404, "")),
            client -> client.text(ID)),
        new Scenario("a broken document", INFO, List.of(ok("{")), InstanceMetadataClient::iamInfo),
        new Scenario(
            "a deleted profile",
            INFO,
            List.of(ok("{\"Code\":\"InstanceProfileNotFound\"}")),
            InstanceMetadataClient::iamInfo),
        new Scenario("a report", INFO, List.of(status(503, "")), InstanceMetadataClient::report),
        new Scenario("a bad path", GET, List.of(ok("x")), client -> client.text("/x")),
        with(
            "a silent service",
            (client, server) -> client.attempts(1).readTimeout(Duration.ofMillis(300)),
            SILENCE),
        with(
            "a time that is over", // at the second look at the clock
            (client, server) -> {
              AtomicLong nanos = new AtomicLong();
              return client.nanos(() -> nanos.addAndGet(Duration.ofHours(1).toNanos()));
            },
            ok("x")),
        with("a switch that is off", (client, server) -> client.disabled(true), ok("x")),
        with("one attempt", (client, server) -> client.attempts(1), status(503, "")),
        new Scenario(
            "a token that does not come",
            TOKEN,
            List.of(SILENCE),
            client -> client.text(ID),
            (client, server) -> client.readTimeout(Duration.ofMillis(50))),
        new Scenario(
            "a service without tokens",
            TOKEN,
            List.of(status(404, "")),
            client -> client.text(ID),
            (client, server) -> client.allowImdsV1()),
        new Scenario("user data", "GET /latest/user-data", List.of(ok("x")), AsyncTest::userData),
        new Scenario("several reads", GET, List.of(ok("i-1")), InstanceMetadataClient::instance),
        new Scenario("an observation", INFO, List.of(ok("{")), InstanceMetadataClient::observe),
        new Scenario("a closed client", GET, List.of(ok("x")), AsyncTest::closed),
        new Scenario("an interrupt", GET, List.of(ok("x")), AsyncTest::interrupted));
  }

  private static final Reply SILENCE = thenSilence("");

  private static String userData(InstanceMetadataClient client) {
    return Arrays.toString(client.userData().orElseThrow());
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void what_blocks_and_what_does_not_behave_alike(Scenario scenario) {
    Outcome blocking = played(scenario, client -> scenario.call().apply(client));
    assertThat(played(scenario, client -> joined(client.async(scenario.call()))))
        .isEqualTo(blocking);
    Settings elsewhere =
        (builder, at) -> scenario.settings().apply(builder, at).executor(Runnable::run);
    Scenario onAnExecutor =
        new Scenario(
            scenario.name(), scenario.request(), scenario.replies(), scenario.call(), elsewhere);
    assertThat(played(onAnExecutor, client -> joined(client.async(scenario.call()))))
        .isEqualTo(blocking);
  }

  /** The value or failure, and what was asked of the service for it. */
  private record Outcome(String result, List<String> asked) {}

  private Outcome played(Scenario scenario, Call call) {
    Outcome outcome = playedOnce(scenario, call);
    // Where the time is short a machine that stands still may miss the token: that is no outcome.
    while (outcome.result().contains("PUT api/token: connected, but no answer came")
        && !scenario.request().equals(TOKEN)) {
      outcome = playedOnce(scenario, call);
    }
    return outcome;
  }

  private Outcome playedOnce(Scenario scenario, Call call) {
    server.awaitOpenConnections(0); // what another client asked is noted by now
    server.requests().clear();
    server.on(scenario.request(), scenario.replies().toArray(Reply[]::new));
    try (InstanceMetadataClient fresh = scenario.builder(server).build()) {
      String result = outcome(call, fresh);
      if (result.contains("no answer came")) {
        server.awaitRequest(scenario.request()); // it was sent, and may not have been read yet
      }
      return new Outcome(result, List.copyOf(server.trace()));
    }
  }

  private interface Call {
    Object get(InstanceMetadataClient client) throws Throwable;
  }

  private static String outcome(Call call, InstanceMetadataClient client) {
    try {
      return String.valueOf(call.get(client));
    } catch (Throwable thrown) {
      return thrown.toString();
    }
  }

  private static Object joined(CompletableFuture<?> future) throws Throwable {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause();
    }
  }

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("rolekeeper-imds"))
        .collect(Collectors.toSet());
  }

  @Test
  void cancelling_interrupts_the_call_and_frees_its_thread() throws Exception {
    server.on(GET, thenSilence(""), ok("again"));
    CompletableFuture<InstanceMetadataException> seen = new CompletableFuture<>();
    CompletableFuture<Object> reading =
        client.async(
            c -> {
              InstanceMetadataException failure = Clients.failure(c, ID);
              seen.complete(failure);
              throw failure;
            });
    server.awaitRequest(GET);
    reading.cancel(true);
    assertThat(seen.get().kind()).isEqualTo(Kind.INTERRUPTED);
    assertThatThrownBy(reading::get).isInstanceOf(CancellationException.class);
    assertThat(client.async(c -> c.text(ID)).get()).contains("again");
  }

  @Test
  void a_time_out_of_the_future_interrupts_the_call_too() throws Exception {
    server.on(GET, thenSilence(""));
    CompletableFuture<Kind> seen = new CompletableFuture<>();
    CompletableFuture<Object> reading =
        client.async(c -> seen.complete(Clients.failure(c, ID).kind()));
    server.awaitRequest(GET);
    assertThatThrownBy(() -> reading.orTimeout(1, TimeUnit.MILLISECONDS).get())
        .hasCauseInstanceOf(TimeoutException.class);
    assertThat(seen.get()).isEqualTo(Kind.INTERRUPTED);
  }

  @Test
  void a_call_that_was_cancelled_before_it_began_is_never_made() {
    CompletableFuture<Runnable> held = new CompletableFuture<>();
    Executor later = held::complete;
    InstanceMetadataClient other = builder(server).executor(later).build();
    CompletableFuture<?> reading = other.async(c -> c.text(ID));
    reading.cancel(false);
    held.join().run();
    assertThat(server.connections()).isZero();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void closing_leaves_no_thread_and_no_future_that_never_ends() {
    server.on(GET, thenSilence(""));
    InstanceMetadataClient other = builder(server).timeout(Duration.ofMinutes(10)).build();
    Set<Thread> before = workers();
    List<CompletableFuture<?>> readings =
        Stream.<CompletableFuture<?>>generate(() -> other.async(c -> c.text(ID))).limit(9).toList();
    server.awaitRequest(GET);
    Set<Thread> own = workers();
    own.removeAll(before);
    assertThat(own).isNotEmpty();
    other.close();
    assertThat(workers()).isSubsetOf(before);
    assertThat(readings).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThatThrownBy(() -> other.async(c -> c.text(ID)).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  /** A thread comes to these calls whenever the test says so. */
  private final Deque<Runnable> waiting = new ConcurrentLinkedDeque<>();

  @Test
  void the_time_of_a_call_runs_while_it_waits_for_a_thread() {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    InstanceMetadataClient other = builder(server).nanos(nanos::get).executor(waiting::add).build();
    List<CompletableFuture<?>> readings =
        Stream.<CompletableFuture<?>>generate(() -> other.async(c -> c.text(ID)))
            .limit(41)
            .toList();
    nanos.addAndGet(Duration.ofSeconds(31).toNanos());
    waiting.remove().run();
    assertThat((Object) readings.get(0).join()).isEqualTo(Optional.of("i-0123456789abcdef0"));
    server.requests().clear();
    nanos.addAndGet(Duration.ofSeconds(29).toNanos());
    waiting.forEach(Runnable::run);
    assertThat(server.trace()).isEmpty();
    for (CompletableFuture<?> late : readings.subList(1, 41)) {
      InstanceMetadataException failure = Clients.thrownBy(late);
      assertThat(failure.kind()).isEqualTo(Kind.DEADLINE_EXCEEDED);
      assertThat(failure.attempts()).isZero();
    }
    assertThat(other.text(ID)).isPresent(); // a later call has a time of its own
  }

  // The time of all calls is over when the first one ends, which its thread notes itself.
  @Test
  void forty_one_calls_of_a_silent_service_wait_once_and_not_eleven_times() {
    server.on(TOKEN, thenSilence(""));
    AtomicLong nanos = new AtomicLong();
    InstanceMetadataClient other =
        builder(server).nanos(nanos::get).readTimeout(Duration.ofMillis(50)).build();
    CountDownLatch allThere = new CountDownLatch(1);
    List<CompletableFuture<?>> readings =
        Stream.<CompletableFuture<?>>generate(
                () ->
                    other
                        .async(
                            c -> {
                              await(allThere);
                              return c.text(ID);
                            })
                        .whenComplete((value, thrown) -> nanos.set(60_000_000_000L)))
            .limit(41)
            .toList();
    allThere.countDown();
    int asked = 0;
    for (CompletableFuture<?> reading : readings) {
      InstanceMetadataException failure = Clients.thrownBy(reading);
      assertThat(failure.kind()).isIn(Kind.DEADLINE_EXCEEDED, Kind.HOP_LIMIT_SUSPECTED);
      asked += failure.attempts();
    }
    // Each of the four threads has begun one call in time. All 41 would wait in eleven rounds.
    assertThat(asked).isBetween(1, 4);
    other.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void all_that_one_call_asks_for_shares_its_time() {
    AtomicLong nanos = new AtomicLong();
    InstanceMetadataClient other =
        builder(server).nanos(nanos::get).executor(Runnable::run).build();
    CompletableFuture<?> reading =
        other.async(
            c -> {
              assertThat(c.text(ID)).isPresent();
              assertThat(c.async(inner -> inner.text(ID)).join()).isPresent();
              nanos.addAndGet(Duration.ofSeconds(60).toNanos());
              assertThat(c.async(inner -> inner.text(ID)).join()).isPresent();
              return c.text(ID);
            });
    assertThat(Clients.thrownBy(reading).kind()).isEqualTo(Kind.DEADLINE_EXCEEDED);
    assertThat(other.text(ID)).isPresent();
  }

  @Test
  void closing_ends_what_waits_in_or_runs_on_the_callers_executor() throws Exception {
    server.on(GET, thenSilence(""));
    InstanceMetadataClient other = builder(server).executor(waiting::add).build();
    CompletableFuture<?> running = other.async(c -> c.text(ID));
    CompletableFuture<?> queued = other.async(c -> c.text(ID));
    Thread thread = new Thread(waiting.remove());
    thread.start();
    server.awaitRequest(GET);
    other.close();
    thread.join();
    waiting.remove().run();
    for (CompletableFuture<?> reading : List.of(running, queued, other.async(c -> c.text(ID)))) {
      assertThatThrownBy(reading::join).hasCauseInstanceOf(IllegalStateException.class);
    }
    assertThat(waiting).isEmpty();
    assertThat(server.trace()).containsOnlyOnce(GET);
  }

  @Test
  void an_executor_that_takes_nothing_is_told_as_such() {
    Executor full =
        work -> {
          throw new RejectedExecutionException("full");
        };
    InstanceMetadataClient other = builder(server).executor(full).build();
    assertThatThrownBy(other.async(c -> c.text(ID))::join).hasRootCauseMessage("full");
    other.close();
    assertThatThrownBy(other.async(c -> c.text(ID))::join)
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_client_may_be_closed_from_its_own_thread() throws Exception {
    InstanceMetadataClient other = builder(server).build();
    CompletableFuture<String> closing =
        other.async(
            c -> {
              c.close();
              return "closed";
            });
    assertThat(closing.get()).isEqualTo("closed");
  }

  @Test
  void the_callers_executor_runs_the_call_and_the_client_has_no_thread() throws Exception {
    Set<Thread> before = workers();
    Thread caller = Thread.currentThread();
    InstanceMetadataClient other = builder(server).executor(Runnable::run).build();
    assertThat(other.async(c -> Thread.currentThread()).get()).isSameAs(caller);
    assertThat(workers()).isSubsetOf(before);
  }
}
