package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.kept;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** Two threads close a client that others read from, blocking and not. */
@Timeout(120)
class CloseTest {
  private static final String ID = "meta-data/instance-id";
  private static final int READERS = 6;

  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start()
          .on("GET /latest/" + ID, kept("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ni-1"));

  @AfterEach
  void stop() {
    server.close();
  }

  private static Set<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("rolekeeper"))
        .collect(Collectors.toSet());
  }

  /** Reads until it may not. */
  private static int blocking(InstanceMetadataClient client) {
    int values = 0;
    try {
      while (true) {
        assertThat(client.text(ID)).contains("i-1");
        values++;
      }
    } catch (IllegalStateException closed) {
      return values;
    }
  }

  private static int async(InstanceMetadataClient client) {
    int values = 0;
    try {
      while (true) {
        CompletableFuture<Optional<String>> reading = client.async(c -> c.text(ID));
        assertThat(reading.join()).contains("i-1");
        values++;
      }
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
      return values;
    }
  }

  @RepeatedTest(20)
  void a_call_ends_with_its_value_or_as_that_of_a_closed_client_and_nothing_is_left()
      throws Exception {
    Set<Thread> before = ours();
    InstanceMetadataClient client = builder(server).build();
    CyclicBarrier reading = new CyclicBarrier(READERS + 2);
    List<FutureTask<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      boolean blocking = i % 2 == 0;
      readers.add(
          started(
              () -> {
                client.text(ID);
                reading.await();
                return blocking ? blocking(client) : async(client);
              }));
    }
    List<FutureTask<Integer>> closers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      closers.add(
          started(
              () -> {
                reading.await();
                client.close();
                return 0;
              }));
    }
    for (FutureTask<Integer> closer : closers) {
      closer.get();
    }
    for (FutureTask<Integer> reader : readers) {
      assertThat(ended(reader)).isNotNegative();
    }
    assertThat(ours()).isSubsetOf(before);
    server.awaitOpenConnections(0);
  }

  private static int ended(FutureTask<Integer> reader) throws InterruptedException {
    try {
      return reader.get();
    } catch (ExecutionException e) {
      throw new AssertionError("neither a value nor the refusal of a closed client", e);
    }
  }

  private static FutureTask<Integer> started(Callable<Integer> work) {
    FutureTask<Integer> task = new FutureTask<>(work);
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    return task;
  }
}
