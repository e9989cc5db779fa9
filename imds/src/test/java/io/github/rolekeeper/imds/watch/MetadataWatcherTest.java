package io.github.rolekeeper.imds.watch;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.rolekeeper.imds.AutoScalingState;
import io.github.rolekeeper.imds.Clients;
import io.github.rolekeeper.imds.Documents;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.LogCapture;
import io.github.rolekeeper.imds.RoleCredentials;
import io.github.rolekeeper.imds.ScriptedMetadataServer;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MetadataWatcherTest {
  private static final String SPOT = "GET /latest/meta-data/spot/instance-action";
  private static final String STATE = "GET /latest/meta-data/autoscaling/target-lifecycle-state";
  private static final String NOTICE = "{\"action\":\"stop\",\"time\":\"2025-01-01T00:00:00Z\"}";

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = Clients.builder(server).build();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final List<String> told = new ArrayList<>();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private <T> WatchListener<T> telling() {
    return new WatchListener<>() {
      @Override
      public void changed(T before, T now) {
        told.add("changed");
      }

      @Override
      public void failed(RuntimeException failure, int inSuccession) {
        told.add("failed " + inSuccession);
      }
    };
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      scheduler.runNext();
    }
  }

  @Test
  void a_spot_notice_is_told_once_when_it_comes_and_when_it_goes() {
    server.on(SPOT, status(404, ""), status(404, ""), ok(NOTICE), ok(NOTICE), status(404, ""));
    List<String> seen = new ArrayList<>();
    MetadataWatcher.spotInterruption(client)
        .scheduler(scheduler)
        .start((before, now) -> seen.add(before.isPresent() + " to " + now.isPresent()));
    assertThat(scheduler.nextSeconds()).isZero();
    look(2);
    assertThat(seen).isEmpty();
    look(2);
    assertThat(seen).containsExactly("false to true");
    look(2);
    assertThat(seen).containsExactly("false to true", "true to false");
    assertThat(scheduler.nextSeconds()).isEqualTo(5);
  }

  @Test
  void each_item_has_its_interval() {
    List<MetadataWatcher.Builder<?>> builders =
        List.of(
            MetadataWatcher.spotInterruption(client),
            MetadataWatcher.rebalance(client),
            MetadataWatcher.maintenance(client),
            MetadataWatcher.autoScaling(client),
            MetadataWatcher.credentials(client));
    List<Long> intervals = new ArrayList<>();
    for (MetadataWatcher.Builder<?> builder : builders) {
      ManualScheduler own = new ManualScheduler();
      builder.scheduler(own).start(telling());
      own.runNext();
      intervals.add(own.nextSeconds());
    }
    assertThat(intervals).containsExactly(5L, 5L, 60L, 10L, 60L);
    assertThat(told).isEmpty(); // there is nothing, which is no change
  }

  @Test
  void every_item_is_told_when_it_changes() {
    server
        .serves(
            "meta-data/events/recommendations/rebalance",
            "{\"noticeTime\":\"2025-01-01T00:00:00Z\"}")
        .serves("meta-data/events/maintenance/scheduled", "[{\"EventId\":\"e\"}]")
        .serves("meta-data/autoscaling/target-lifecycle-state", "InService")
        .serves("meta-data/iam/security-credentials/", "web-role")
        .serves("meta-data/iam/security-credentials/web-role", Documents.CREDENTIALS);
    MetadataWatcher.rebalance(client)
        .scheduler(scheduler)
        .start((before, now) -> told.add(now.orElseThrow().noticeTime().orElseThrow().toString()));
    MetadataWatcher.maintenance(client)
        .scheduler(scheduler)
        .start((before, now) -> told.add(now.get(0).eventId().orElseThrow()));
    MetadataWatcher.autoScaling(client)
        .scheduler(scheduler)
        .start((before, now) -> told.add(now.orElseThrow().known().orElseThrow().name()));
    MetadataWatcher.credentials(client)
        .scheduler(scheduler)
        .start((before, now) -> told.add(before.status() + " to " + now.status()));
    look(8);
    assertThat(told)
        .containsExactly(
            "2025-01-01T00:00:00Z",
            "e",
            AutoScalingState.IN_SERVICE.name(),
            RoleCredentials.Status.NONE + " to " + RoleCredentials.Status.AVAILABLE);
  }

  @Test
  void failures_are_told_and_backed_off_and_change_nothing() {
    server.on(STATE, ok("InService"), status(403, ""));
    MetadataWatcher.autoScaling(client).scheduler(scheduler).start(telling());
    look(2);
    assertThat(scheduler.nextSeconds()).isEqualTo(20);
    look(1);
    assertThat(scheduler.nextSeconds()).isEqualTo(30);
    look(30);
    assertThat(scheduler.nextSeconds()).isEqualTo(30);
    server.on(STATE, ok("InService"));
    look(1);
    assertThat(scheduler.nextSeconds()).isEqualTo(10);
    assertThat(told)
        .hasSize(33)
        .startsWith("changed", "failed 1", "failed 2")
        .endsWith("failed 32");
    server.on(STATE, status(403, ""));
    look(1);
    assertThat(told).endsWith("failed 1");
  }

  @Test
  void a_long_interval_is_not_shortened_by_a_failure() {
    server.on("GET /latest/meta-data/events/maintenance/scheduled", status(403, ""));
    MetadataWatcher.maintenance(client).scheduler(scheduler).start(telling());
    look(3);
    assertThat(scheduler.nextSeconds()).isEqualTo(60);
  }

  @Test
  void a_listener_that_throws_is_logged_and_does_not_end_it() {
    server.on(STATE, ok("InService"), ok("Terminated"));
    try (LogCapture log = LogCapture.start()) {
      MetadataWatcher.autoScaling(client)
          .scheduler(scheduler)
          .start(
              (before, now) -> {
                told.add(now.orElseThrow().text());
                throw new IllegalStateException("mine");
              });
      look(2);
      assertThat(log.lines()).hasSize(2).allMatch(line -> line.contains("IllegalStateException"));
    }
    assertThat(told).containsExactly("InService", "Terminated");
    assertThat(scheduler.nextSeconds()).isEqualTo(10);
  }

  @Test
  void an_error_of_a_listener_is_logged_and_does_not_end_it() {
    server.on(STATE, ok("InService"), ok("Terminated"));
    try (LogCapture log = LogCapture.start()) {
      MetadataWatcher.autoScaling(client)
          .scheduler(scheduler)
          .start(
              (before, now) -> {
                told.add(now.orElseThrow().text());
                throw new AssertionError("mine");
              });
      look(2);
      assertThat(log.lines()).hasSize(2).allMatch(line -> line.contains("AssertionError"));
    }
    assertThat(told).containsExactly("InService", "Terminated");
  }

  @Test
  void a_notice_is_kept_while_the_service_answers_with_nothing() {
    server.on(SPOT, ok(NOTICE), ok(""), ok(""), ok(""), ok(""), ok(NOTICE));
    MetadataWatcher.spotInterruption(client).scheduler(scheduler).start(telling());
    look(3);
    assertThat(told).containsExactly("changed", "failed 1");
  }

  @Test
  void maintenance_is_kept_while_the_list_holds_no_event() {
    Reply event = ok("[{\"EventId\":\"e\",\"Code\":\"instance-retirement\"}]");
    Reply broken = ok("[null]");
    Reply empty = ok("[{}]");
    server.on(
        "GET /latest/meta-data/events/maintenance/scheduled",
        event,
        broken,
        broken,
        broken,
        broken,
        empty,
        empty,
        empty,
        empty,
        event);
    MetadataWatcher.maintenance(client).scheduler(scheduler).start(telling());
    look(4);
    assertThat(told).containsExactly("changed", "failed 1", "failed 2");
  }

  @Test
  void close_ends_it_and_leaves_a_given_scheduler_alone() {
    MetadataWatcher<?> watcher =
        MetadataWatcher.autoScaling(client).scheduler(scheduler).start(telling());
    look(1);
    watcher.close();
    watcher.close();
    assertThat(scheduler.idle()).isTrue();
    assertThat(scheduler.isShutdown()).isFalse();
  }

  @Test
  void after_close_nothing_is_told_even_by_a_look_under_way() {
    server.on(STATE, ok("InService"), ok("Terminated"));
    List<MetadataWatcher<?>> self = new ArrayList<>();
    self.add(
        MetadataWatcher.autoScaling(client)
            .scheduler(scheduler)
            .start(
                (before, now) -> {
                  told.add(now.orElseThrow().text());
                  self.get(0).close();
                }));
    look(1);
    assertThat(told).containsExactly("InService");
    assertThat(scheduler.idle()).isTrue();
  }

  @Test
  void a_scheduler_that_was_shut_down_ends_it_quietly() {
    MetadataWatcher.autoScaling(client).scheduler(scheduler).start(telling());
    scheduler.shutdown();
    try (LogCapture log = LogCapture.start()) {
      look(1);
      assertThat(log.lines()).hasSize(1);
      assertThat(log.lines().get(0)).contains("shut down", "auto-scaling");
    }
  }

  @Test
  void without_a_scheduler_it_has_one_daemon_thread_and_close_ends_that() throws Exception {
    server.on(STATE, ok("InService"));
    BlockingQueue<Thread> threads = new ArrayBlockingQueue<>(1);
    MetadataWatcher<?> watcher =
        MetadataWatcher.autoScaling(client)
            .start((before, now) -> threads.add(Thread.currentThread()));
    Thread own = threads.take();
    assertThat(own.isDaemon()).isTrue();
    assertThat(own.getName()).isEqualTo("rolekeeper-watch-auto-scaling");
    watcher.close();
    own.join();
    assertThat(own.isAlive()).isFalse();
  }

  @Test
  void an_interval_outside_its_limits_is_refused() {
    MetadataWatcher.Builder<?> builder = MetadataWatcher.autoScaling(client);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.interval(Duration.ofMillis(999)))
        .withMessageContaining("PT0.999S");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.interval(Duration.ofHours(2)));
    builder.interval(Duration.ofMinutes(2)).scheduler(scheduler).start(telling());
    look(1);
    assertThat(scheduler.nextSeconds()).isEqualTo(120);
  }
}
