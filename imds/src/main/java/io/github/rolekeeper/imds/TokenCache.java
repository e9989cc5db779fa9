package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Keeps one token, and asks for the next one before it ends. However many threads need one, a
 * single request is under way; its answer, or its failure, is for all of them.
 */
final class TokenCache {
  private final Transport transport;
  private final LongSupplier nanos;
  private final int ttlSeconds;
  private final AtomicReference<Token> held = new AtomicReference<>();

  /** The request under way. Whoever sets it from null makes the request and clears it. */
  private final AtomicReference<CompletableFuture<Token>> flight = new AtomicReference<>();

  TokenCache(Transport transport, Duration ttl, LongSupplier nanos) {
    this.transport = transport;
    this.nanos = nanos;
    this.ttlSeconds = Math.toIntExact(ttl.toSeconds());
  }

  Token current(Deadline deadline) {
    while (true) {
      Token token = held.get();
      if (token != null && token.freshAt(nanos.getAsLong())) {
        return token;
      }
      CompletableFuture<Token> mine = new CompletableFuture<>();
      CompletableFuture<Token> running = flight.compareAndExchange(null, mine);
      if (running == null) {
        return lead(mine, deadline);
      }
      if (token != null && token.aliveAt(nanos.getAsLong())) {
        return token;
      }
      Optional<Token> shared = follow(running, deadline);
      if (shared.isPresent()) {
        return shared.get();
      }
    }
  }

  /** Forgets a token that was refused, unless another one has taken its place already. */
  void discard(Token refused) {
    held.updateAndGet(token -> token != null && token.sameAs(refused) ? null : token);
  }

  private Token lead(CompletableFuture<Token> mine, Deadline deadline) {
    try {
      Token token = renewed(deadline);
      mine.complete(token);
      return token;
    } catch (Throwable thrown) {
      mine.completeExceptionally(thrown);
      throw thrown;
    } finally {
      flight.set(null);
    }
  }

  private Token renewed(Deadline deadline) {
    Token before = held.get(); // another flight may have landed since the caller looked
    if (before != null && before.freshAt(nanos.getAsLong())) {
      return before;
    }
    try {
      Token token = request(deadline);
      held.set(token);
      return token;
    } catch (ExchangeFailure failure) {
      long now = nanos.getAsLong();
      if (before == null || !before.aliveAt(now) || failure.kind() == Kind.INTERRUPTED) {
        throw failure;
      }
      held.compareAndSet(before, before.keptAt(now));
      return before;
    }
  }

  private Token request(Deadline deadline) {
    long askedAt = nanos.getAsLong();
    WireRequest request = WireRequest.forToken(ttlSeconds);
    WireAnswer answer = transport.exchange(request, deadline);
    if (answer.status() != 200) {
      throw ExchangeFailure.status(request, answer);
    }
    return Token.granted(answer, askedAt, ttlSeconds)
        .orElseThrow(() -> noToken(request, answer).at(answer.peer()));
  }

  /**
   * An empty answer may be a whole one at the next attempt, as an empty document may; a page not.
   */
  private static ExchangeFailure noToken(WireRequest request, WireAnswer answer) {
    boolean empty = new String(answer.body(), StandardCharsets.ISO_8859_1).isBlank();
    ExchangeFailure failure =
        ExchangeFailure.malformed(
            request + " answered 200, but " + (empty ? "with nothing" : "the body is no token"));
    return empty ? failure.inPassing() : failure;
  }

  /** Empty if the other one gave up for a reason of its own, so that this one has to ask. */
  private static Optional<Token> follow(CompletableFuture<Token> running, Deadline deadline) {
    try {
      return Optional.of(running.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExchangeFailure(Kind.INTERRUPTED, 0, "interrupted while it waited for a token", e);
    } catch (TimeoutException e) {
      throw new ExchangeFailure(Kind.DEADLINE_EXCEEDED, 0, "no token before the time was over", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ExchangeFailure failure
          && failure.kind() != Kind.INTERRUPTED
          && failure.kind() != Kind.DEADLINE_EXCEEDED) {
        failure.peer().ifPresent(deadline::met);
        throw failure.shared();
      }
      return Optional.empty();
    }
  }
}
