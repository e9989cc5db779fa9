package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A token for IMDSv2, or none for IMDSv1. The latter only where the caller allowed it by name, only
 * after a token request was refused or met silence, and only for a while: what sent us there may
 * pass. A 400 is documented as a final answer and never leads there.
 */
final class TokenSource {
  private static final Set<Kind> FALLING_BACK =
      EnumSet.of(Kind.V1_ONLY, Kind.FORBIDDEN, Kind.HOP_LIMIT_SUSPECTED);

  // A silent token request costs a second, so it is not made for each read.
  private static final Duration WITHOUT_TOKEN = Duration.ofMinutes(1);

  private record Fallback(Kind reason, long until) {}

  private final TokenCache tokens;
  private final boolean v1Allowed;
  private final LongSupplier nanos;
  private volatile Optional<Fallback> fallback = Optional.empty();

  TokenSource(TokenCache tokens, boolean v1Allowed, LongSupplier nanos) {
    this.tokens = tokens;
    this.v1Allowed = v1Allowed;
    this.nanos = nanos;
  }

  /** Empty: ask without a token. */
  Optional<Token> current(Deadline deadline) {
    if (fallback.filter(without -> without.until() - nanos.getAsLong() > 0).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(tokens.current(deadline));
    } catch (ExchangeFailure failure) {
      if (!v1Allowed || !FALLING_BACK.contains(failure.kind())) {
        throw failure;
      }
      fallback =
          Optional.of(new Fallback(failure.kind(), nanos.getAsLong() + WITHOUT_TOKEN.toNanos()));
      return Optional.empty();
    }
  }

  /** Why there is none; empty if there is one. */
  Optional<Kind> withoutTokenBecause(Deadline deadline) {
    return current(deadline).isPresent() ? Optional.empty() : withoutTokenBecause();
  }

  /** Why there was none the last time. */
  Optional<Kind> withoutTokenBecause() {
    return fallback.map(Fallback::reason);
  }

  /** What was sent was refused: not again. */
  void discard(Optional<Token> refused) {
    fallback = Optional.empty();
    refused.ifPresent(tokens::discard);
  }
}
