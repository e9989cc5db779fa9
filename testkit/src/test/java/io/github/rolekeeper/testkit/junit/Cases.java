package io.github.rolekeeper.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.Timing;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Test classes that {@link SimulatedAccountExtensionTest} runs; some of them must fail. */
final class Cases {
  private Cases() {}

  @ExtendWith(SimulatedAccountExtension.class)
  static class Closed {
    static final Queue<Integer> PORTS = new ConcurrentLinkedQueue<>();

    @AfterEach
    void note(SimulatedAccount account) {
      assertThat(listens(account.endpoint().getPort())).isTrue();
      PORTS.add(account.endpoint().getPort());
    }

    @Test
    void first() {}

    @Test
    void second() {}
  }

  static class Registered {
    @RegisterExtension
    final SimulatedAccountExtension account =
        SimulatedAccountExtension.with(
            builder ->
                builder
                    .region("eu-west-1")
                    .timing(Timing.SESSION_DURATION, Duration.ofHours(1))
                    .clock(MutableClock.at("2026-01-01T00:00:00Z")));

    @Test
    void first(SimulatedAccount account, MutableClock clock) {
      assertThat(account.region()).isEqualTo("eu-west-1");
      clock.advance(Duration.ofDays(1));
    }

    @Test
    void second(SimulatedAccount account, MutableClock clock) {
      assertThat(account.region()).isEqualTo("eu-west-1");
      clock.advance(Duration.ofDays(1));
      assertThat(clock.instant()).isEqualTo("2026-01-02T00:00:00Z");
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ExtendWith(SimulatedAccountExtension.class)
  static class Parallel {
    static final Queue<SimulatedAccount> ACCOUNTS = new ConcurrentLinkedQueue<>();
    // Both tests must be under way at once, or neither goes on.
    private static final CyclicBarrier BOTH = new CyclicBarrier(2);

    @Test
    void first(SimulatedAccount account) throws Exception {
      meet(account);
    }

    @Test
    void second(SimulatedAccount account) throws Exception {
      meet(account);
    }

    private static void meet(SimulatedAccount account) throws Exception {
      ACCOUNTS.add(account);
      BOTH.await(5, TimeUnit.MINUTES);
      account.createInstanceProfile("web", "web-role");
    }
  }

  @ExtendWith(SimulatedAccountExtension.class)
  static class BeforeAnyTest {
    @BeforeAll
    static void early(SimulatedAccount account) {}

    @Test
    void never_runs() {}
  }

  static boolean listens(int port) {
    try (var socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
