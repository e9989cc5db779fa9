package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final Change CHANGE = change();

  @Test
  void an_error_that_escapes_from_the_receiver_loses_its_change_and_not_the_later_ones() {
    List<Change> told = new ArrayList<>();
    Outbox outbox =
        new Outbox(
            change -> {
              told.add(change);
              if (told.size() == 1) {
                throw new OutOfMemoryError("of the test");
              }
            });
    Executor swallowing =
        work -> {
          try {
            work.run();
          } catch (OutOfMemoryError expected) {
            // As a thread of a pool does, which ends with it.
          }
        };
    outbox.add(CHANGE);
    outbox.flush(swallowing);
    outbox.add(CHANGE);
    outbox.flush(swallowing);

    assertThat(told).hasSize(2);
  }

  private static Change change() {
    CredentialSnapshot seen =
        CredentialTracker.builder(CredentialObservation::none).clock(() -> NOON).build().poll();
    return new Change(seen, seen);
  }
}
