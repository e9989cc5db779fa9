package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120) // a pause of a day that is begun shows itself here
class RetriesTest {
  private static final Setting<URI> ENDPOINT =
      new Setting<>(URI.create("http://127.0.0.1:1"), Origin.DEFAULT);
  private static final Duration DAY = Duration.ofDays(1);

  private final AtomicInteger attempts = new AtomicInteger();

  private InstanceMetadataException fail(Retries retries, Duration left) {
    return catchThrowableOfType(
        InstanceMetadataException.class,
        () -> retries.call(ENDPOINT, "meta-data/x", deadline(left), this::busy));
  }

  private Object busy() {
    attempts.incrementAndGet();
    throw new ExchangeFailure(Kind.SERVER_ERROR, 503, "GET meta-data/x answered 503", null);
  }

  private static Deadline deadline(Duration left) {
    return Deadline.after(left, () -> 0);
  }

  // Whoever begins to sleep with an interrupt pending is told so at once.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void no_pause_of_any_length_follows_the_last_attempt(int most) {
    Retries retries = new Retries(most, Duration.ofMillis(1), Duration.ofMillis(1), () -> 1);
    InstanceMetadataException failure =
        catchThrowableOfType(
            InstanceMetadataException.class,
            () ->
                retries.call(
                    ENDPOINT,
                    "meta-data/x",
                    deadline(DAY),
                    () -> {
                      if (attempts.get() == most - 1) {
                        Thread.currentThread().interrupt();
                      }
                      return busy();
                    }));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
    assertThat(failure.attempts()).isEqualTo(most);
  }

  @Test
  void a_pause_that_would_outlast_the_deadline_is_not_begun() {
    InstanceMetadataException failure = fail(new Retries(4, DAY, DAY, () -> 1), DAY);
    assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
    assertThat(attempts).hasValue(1);
  }

  @Test
  void an_interrupt_ends_a_pause_and_stays() throws Exception {
    Retries retries = new Retries(4, DAY, DAY, () -> 1);
    FutureTask<Boolean> task =
        new FutureTask<>(
            () ->
                fail(retries, DAY.multipliedBy(9)).kind() == Kind.INTERRUPTED
                    && Thread.currentThread().isInterrupted());
    Thread thread = new Thread(task);
    thread.start();
    Waiting.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    thread.interrupt();
    assertThat(task.get()).isTrue();
    assertThat(attempts).hasValue(1);
  }

  @Test
  void pauses_double_up_to_a_second_and_are_jittered_down_to_a_half() {
    Retries longest = new Retries(9, Duration.ofMillis(100), Duration.ofSeconds(1), () -> 1);
    Retries shortest = new Retries(9, Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0);
    assertThat(longest.pauseAfter(1)).isEqualTo(Duration.ofMillis(100));
    assertThat(longest.pauseAfter(2)).isEqualTo(Duration.ofMillis(200));
    assertThat(longest.pauseAfter(5)).isEqualTo(Duration.ofSeconds(1));
    assertThat(longest.pauseAfter(500)).isEqualTo(Duration.ofSeconds(1));
    assertThat(shortest.pauseAfter(1)).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void a_defect_of_ours_is_neither_hidden_nor_tried_again() {
    IllegalStateException defect =
        catchThrowableOfType(
            IllegalStateException.class,
            () ->
                new Retries(4, DAY, DAY, () -> 1)
                    .call(
                        ENDPOINT,
                        "x",
                        deadline(DAY),
                        () -> {
                          throw new IllegalStateException("defect");
                        }));
    assertThat(defect).hasMessage("defect");
  }
}
