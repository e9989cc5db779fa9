package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.Origin.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Stands before every request: some must not be sent at all. */
final class Gate {
  private final EffectiveConfiguration configuration;
  private final Platform platform;
  private final UnreachableMemory unreachable;

  Gate(EffectiveConfiguration configuration, Platform platform, LongSupplier nanos) {
    this.configuration = configuration;
    this.platform = platform;
    this.unreachable = new UnreachableMemory(configuration.unreachableMemory().value(), nanos);
  }

  /**
   * Lets a request through.
   *
   * @throws InstanceMetadataException if the service is switched off here, this is not EC2, or
   *     nobody took a connection a moment ago on a machine that may be none of EC2's
   */
  void pass(String path) {
    passAgain(path);
    Optional<Duration> ago = unreachable.inVainAgo();
    if (ago.isPresent() && guesses() && !platform.verdict().ofEc2()) {
      throw refusal(Kind.UNREACHABLE, path, remembered(ago.get()));
    }
  }

  /** As {@link #pass}, although it may have been in vain a moment ago. */
  void passAgain(String path) {
    Setting<Boolean> disabled = configuration.disabled();
    if (disabled.value()) {
      throw refusal(
          Kind.METADATA_DISABLED, path, "switched off by " + disabled.origin() + ", nothing sent");
    }
    if (guesses()) {
      platform
          .verdict()
          .contradiction()
          .ifPresent(
              reason -> {
                throw refusal(Kind.NOT_ON_EC2, path, "nothing sent, " + reason);
              });
    }
  }

  void passed() {
    unreachable.met();
  }

  void failed(InstanceMetadataException failure) {
    if (failure.kind() == Kind.UNREACHABLE) {
      unreachable.inVain();
    } else if (failure.status().isPresent()) {
      unreachable.met();
    }
  }

  /** Whoever names an endpoint has one, wherever this runs. */
  private boolean guesses() {
    return configuration.platformCheck().value()
        && configuration.endpoint().origin().source() == Source.DEFAULT;
  }

  private String remembered(Duration ago) {
    return "nothing sent, because nobody took a connection %s ms ago and the machine does not say that"
            .formatted(ago.toMillis())
        + " it is one of EC2's; it is tried again %s ms after the last time"
            .formatted(unreachable.length().toMillis());
  }

  private InstanceMetadataException refusal(Kind kind, String path, String event) {
    return new InstanceMetadataException(
        configuration.endpoint(), path, 0, new ExchangeFailure(kind, 0, event, null));
  }
}
