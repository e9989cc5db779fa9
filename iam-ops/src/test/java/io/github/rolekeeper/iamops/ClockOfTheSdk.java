package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.core.SdkGlobalTime;

/**
 * What the AWS SDK of this JVM believes of the machine's clock, told before each test.
 *
 * <p>The SDK keeps one static offset. A 403 whose {@code Date} is more than four minutes from the
 * time by that offset sets it anew and is <em>sent again</em>, so that the number of calls after a
 * refusal would depend on what other tests of the same JVM had met before.
 */
public final class ClockOfTheSdk implements BeforeEachCallback {
  /** Where the clock of nearly every account of these tests begins. */
  private static final Instant START = Instant.parse("2023-03-07T15:00:53Z");

  @Override
  public void beforeEach(ExtensionContext context) {
    follow(InstantSource.fixed(START));
  }

  /** From here on the SDK holds {@code clock} for the right one. */
  static void follow(InstantSource clock) {
    SdkGlobalTime.setGlobalTimeOffset(
        Math.toIntExact(Duration.between(clock.instant(), Instant.now()).toSeconds()));
  }
}
