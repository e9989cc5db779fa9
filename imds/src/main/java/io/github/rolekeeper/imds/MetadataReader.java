package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Reads one path: token, request, retries. What the bytes mean is the caller's. */
final class MetadataReader {
  private final Setting<URI> endpoint;
  private final Gate gate;
  private final Transport transport;
  private final TokenSource tokens;
  private final Retries retries;

  MetadataReader(
      EffectiveConfiguration settings,
      Transport transport,
      Gate gate,
      Retries retries,
      LongSupplier nanos) {
    this.endpoint = settings.endpoint();
    this.gate = gate;
    this.transport = transport;
    this.tokens =
        new TokenSource(
            new TokenCache(transport, settings.tokenTtl().value(), nanos),
            settings.imdsV1Allowed().value(),
            nanos);
    this.retries = retries;
  }

  /**
   * Reads and parses.
   *
   * @param parser throws {@link ExchangeFailure#malformed} if the bytes make no sense
   * @return empty if the service has no such path
   */
  <T> Optional<T> read(String path, Deadline deadline, Function<byte[], T> parser) {
    gate.pass(path);
    return sent(
        path, deadline, () -> attempt(path, deadline).map(answer -> parsed(answer, parser)));
  }

  /**
   * The same for a document. The service was seen to answer 200 with one that was empty or cut, and
   * with the whole one a moment later: four of AWS's SDKs came to ask again (boto/botocore#1049,
   * aws/aws-sdk-php#1664, aws/aws-sdk-ruby#880, boto/boto#1868).
   */
  <T> Optional<T> readDocument(String path, Deadline deadline, Function<byte[], T> parser) {
    return read(
        path,
        deadline,
        bytes -> {
          try {
            return parser.apply(bytes);
          } catch (ExchangeFailure malformed) {
            throw malformed.inPassing();
          }
        });
  }

  private <T> T sent(String path, Deadline deadline, Supplier<T> request) {
    try {
      T answer = retries.call(endpoint, path, deadline, request);
      gate.passed();
      return answer;
    } catch (InstanceMetadataException failure) {
      gate.failed(failure);
      throw failure;
    }
  }

  /**
   * Why IMDSv1 is used, where that is allowed; empty if the service grants a token. This is asked
   * for a report, so that it is looked up even if nobody took a connection a moment ago.
   */
  Optional<Kind> withoutTokenBecause(Deadline deadline) {
    gate.passAgain(WireRequest.TOKEN_PATH);
    return sent(WireRequest.TOKEN_PATH, deadline, () -> tokens.withoutTokenBecause(deadline));
  }

  void close() {
    transport.close();
  }

  private static <T> T parsed(WireAnswer answer, Function<byte[], T> parser) {
    try {
      return parser.apply(answer.body());
    } catch (ExchangeFailure malformed) {
      throw malformed.adding("; what came is " + answer.described()).at(answer.peer());
    }
  }

  private Optional<WireAnswer> attempt(String path, Deadline deadline) {
    Optional<Token> token = tokens.current(deadline);
    WireRequest request = WireRequest.get(path, token);
    WireAnswer answer = answer(request, deadline);
    if (answer.status() == 401) {
      Optional<Kind> without = tokens.withoutTokenBecause();
      tokens.discard(token);
      if (token.isEmpty()) {
        ExchangeFailure refused = ExchangeFailure.status(request, answer);
        throw without
            .map(kind -> refused.adding("; the request for a token had ended with " + kind))
            .orElse(refused);
      }
      token = tokens.current(deadline);
      request = WireRequest.get(path, token);
      answer = answer(request, deadline);
      if (answer.status() == 401) {
        tokens.discard(token);
      }
    }
    return switch (answer.status()) {
      case 200 -> Optional.of(answer);
      case 404 -> Optional.empty();
      default -> throw ExchangeFailure.status(request, answer);
    };
  }

  private WireAnswer answer(WireRequest request, Deadline deadline) {
    WireAnswer answer = transport.exchange(request, deadline);
    deadline.answered(request, answer);
    return answer;
  }
}
