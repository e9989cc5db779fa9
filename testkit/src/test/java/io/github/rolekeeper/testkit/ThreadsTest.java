package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.rolekeeper.testkit.junit.SimulatedAccountExtension;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineTestKit;

/** An account that was closed leaves no thread behind. */
@Timeout(120)
class ThreadsTest {
  private final OwnThreads threads = new OwnThreads();

  @Test
  void no_thread_outlives_an_account() throws Exception {
    SimulatedAccount account = threads.run(SimulatedAccount::create);
    use(account);
    assertThat(threads.alive()).isNotEmpty();

    account.close();

    threads.assertAllHaveEnded();
  }

  @Test
  void no_thread_outlives_a_server_whose_account_was_replaced() throws Exception {
    AccountServer server =
        threads.run(() -> AccountServer.start(SimulatedAccount::builder, "127.0.0.1", 0));
    use(server.account());
    server.reset();
    use(server.account());
    assertThat(threads.alive()).isNotEmpty();

    server.close();

    threads.assertAllHaveEnded();
  }

  @Test
  void no_thread_outlives_the_port_of_an_instance() throws Exception {
    SimulatedAccount account = SimulatedAccount.create();
    threads.run(() -> account.launchInstance(InstanceOptions.of()).metadataRoot());
    assertThat(threads.alive()).isNotEmpty();

    account.close();

    threads.assertAllHaveEnded();
  }

  @Test
  void an_account_without_a_port_starts_no_thread() throws Exception {
    try (SimulatedAccount account =
        threads.run(() -> SimulatedAccount.builder().withoutPort().build())) {
      account.createInstanceProfile("web", "web-role");
      account.clock().advance(Duration.ofDays(1));
      account.launchInstance("web");

      assertThat(threads.alive()).isEmpty();
    }
  }

  @Test
  void no_thread_outlives_a_test_with_the_extension() throws Exception {
    threads.run(
        () ->
            EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Uses.class))
                .execute()
                .testEvents()
                .assertStatistics(all -> all.succeeded(2)));

    threads.assertAllHaveEnded();
  }

  /** Run by the test above. */
  @ExtendWith(SimulatedAccountExtension.class)
  static class Uses {
    @Test
    void an_account(SimulatedAccount account) throws Exception {
      use(account);
    }

    @Test
    void another(SimulatedAccount account) throws Exception {
      use(account);
    }
  }

  /** With an answer at once, and one that is late when the account is closed. */
  private static void use(SimulatedAccount account) throws Exception {
    account.createInstanceProfile("web", "web-role");
    SimulatedInstance instance = account.launchInstance("web");
    var late = new CountDownLatch(1);
    try (var first = connect(account);
        var second = connect(account)) {
      send(first, instance);
      assertThat(first.getInputStream().readAllBytes()).asString().endsWith(instance.id());
      account.inject(Fault.slow(Duration.ofMinutes(10)));
      account.inject(Fault.anotherActor(late::countDown));
      send(second, instance);
      late.await();
    }
  }

  private static Socket connect(SimulatedAccount account) throws IOException {
    return new Socket(account.endpoint().getHost(), account.endpoint().getPort());
  }

  private static void send(Socket socket, SimulatedInstance instance) throws IOException {
    String request =
        "GET "
            + instance.metadataEndpoint().getPath()
            + "/latest/meta-data/instance-id HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }
}
