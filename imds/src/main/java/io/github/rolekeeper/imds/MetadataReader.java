package io.github.rolekeeper.imds;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Reads one path: token, request, retries. What the bytes mean is the caller's. */
final class MetadataReader {
  private final URI endpoint;
  private final Transport transport;
  private final TokenCache tokens;
  private final Retries retries;

  MetadataReader(Endpoint endpoint, Duration timeout, Retries retries, LongSupplier nanos) {
    this.endpoint = endpoint.uri();
    this.transport = new Transport(endpoint, timeout);
    this.tokens = new TokenCache(transport, nanos);
    this.retries = retries;
  }

  /**
   * Reads and parses.
   *
   * @param parser throws {@link ExchangeFailure#malformed} if the bytes make no sense
   * @return empty if the service has no such path
   */
  <T> Optional<T> read(String path, Deadline deadline, Function<byte[], T> parser) {
    return retries.call(endpoint, path, deadline, () -> attempt(path, deadline).map(parser));
  }

  private Optional<byte[]> attempt(String path, Deadline deadline) {
    Token token = tokens.current(deadline);
    WireRequest request = WireRequest.get(path, token);
    WireAnswer answer = transport.exchange(request, deadline);
    if (answer.status() == 401) {
      tokens.discard(token);
      token = tokens.current(deadline);
      request = WireRequest.get(path, token);
      answer = transport.exchange(request, deadline);
      if (answer.status() == 401) {
        tokens.discard(token);
      }
    }
    return switch (answer.status()) {
      case 200 -> Optional.of(answer.body());
      case 404 -> Optional.empty();
      default -> throw ExchangeFailure.status(request, answer.status());
    };
  }
}
