package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * One attempt that brought neither a value nor a 404. It never leaves this package: {@link Retries}
 * turns the last one into an {@link InstanceMetadataException}, which knows endpoint and attempts.
 */
final class ExchangeFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final int status;
  private final String event;

  /**
   * @param status 0 if there was no answer
   * @param event the request and what became of it: no part of a body, ever
   */
  ExchangeFailure(Kind kind, int status, String event, @Nullable Throwable cause) {
    super(event, cause);
    this.kind = kind;
    this.status = status;
    this.event = event;
  }

  static ExchangeFailure malformed(String event) {
    return new ExchangeFailure(Kind.MALFORMED_ANSWER, 200, event, null);
  }

  /** What a status means that brings neither a value nor absence. */
  static ExchangeFailure status(WireRequest request, int status) {
    return new ExchangeFailure(
        kind(request, status), status, request + " answered " + status, null);
  }

  private static Kind kind(WireRequest request, int status) {
    return switch (status) {
      case 400 -> Kind.BAD_REQUEST;
      case 401 -> request.forToken() ? Kind.UNEXPECTED_STATUS : Kind.TOKEN_REJECTED;
      case 403 -> Kind.FORBIDDEN;
      case 429 -> Kind.THROTTLED;
      default -> status >= 500 ? Kind.SERVER_ERROR : Kind.UNEXPECTED_STATUS;
    };
  }

  Kind kind() {
    return kind;
  }

  int status() {
    return status;
  }

  String event() {
    return event;
  }
}
