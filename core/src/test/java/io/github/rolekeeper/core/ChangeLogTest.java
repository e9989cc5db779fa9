package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String KEY = "ASIA0123456789ABWXYZ";

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker = CredentialTracker.builder(source).clock(clock).build();

  @Test
  void each_change_is_one_line() {
    try (LogCapture log = LogCapture.start()) {
      source.serves(Sets.issued(KEY, NOON, HOUR));
      tracker.poll();
      tracker.poll();
      source.serves(Sets.issued(KEY, NOON, HOUR), Sets.profileGone());
      tracker.poll();
      tracker.poll();
      source.fails(new IllegalStateException("time-out"));
      tracker.poll();
      tracker.poll();
      clock.advance(HOUR);
      source.servesNone();
      tracker.poll();
      tracker.poll();
      assertThat(log.lines())
          .containsExactly(
              "INFO credentials ****WXYZ of role web-role: UNKNOWN -> VALID, expiration"
                  + " 2026-01-01T13:00:00Z",
              "WARNING credentials ****WXYZ of role web-role: VALID, expiration"
                  + " 2026-01-01T13:00:00Z; loss foretold for 2026-01-01T13:00:00Z,"
                  + " PROFILE_NOT_FOUND (confidence HIGH): iam/info says InstanceProfileNotFound"
                  + " Cure: associate a valid profile",
              "WARNING credentials ****WXYZ of role web-role: VALID, expiration"
                  + " 2026-01-01T13:00:00Z, [SOURCE_FAILING]: time-out; loss foretold for"
                  + " 2026-01-01T13:00:00Z, PROFILE_NOT_FOUND (confidence HIGH): iam/info says"
                  + " InstanceProfileNotFound Cure: associate a valid profile",
              "WARNING credentials ****WXYZ of role web-role: VALID -> MISSING, expiration"
                  + " 2026-01-01T13:00:00Z");
    }
  }

  @Test
  void a_healthy_rotation_makes_no_noise() {
    try (LogCapture log = LogCapture.start()) {
      for (int hour = 0; hour < 5; hour++) {
        source.serves(Sets.issued("KEY-NUMBER-" + hour, clock.instant(), HOUR.multipliedBy(6)));
        tracker.poll();
        clock.advance(HOUR);
      }
      assertThat(log.lines()).hasSize(1);
    }
  }
}
