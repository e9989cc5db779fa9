package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attempt that brought neither a value nor a 404. It never leaves this package: {@link Retries}
 * turns the last one into an {@link InstanceMetadataException}, which knows path and attempts.
 */
final class ExchangeFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final int status;
  private final String event;
  private final @Nullable String excerpt;
  private final @Nullable URI endpoint;
  private final @Nullable Peer peer;
  private final boolean passing;

  private ExchangeFailure(
      Kind kind,
      int status,
      String event,
      @Nullable String excerpt,
      @Nullable URI endpoint,
      @Nullable Peer peer,
      boolean passing,
      @Nullable Throwable cause) {
    super(event, cause);
    this.kind = kind;
    this.status = status;
    this.event = event;
    this.excerpt = excerpt;
    this.endpoint = endpoint;
    this.peer = peer;
    this.passing = passing;
  }

  /**
   * @param status 0 if there was no answer
   * @param event the request and what became of it: no part of a body, ever
   */
  ExchangeFailure(Kind kind, int status, String event, @Nullable Throwable cause) {
    this(kind, status, event, null, null, null, kind.retryable(), cause);
  }

  static ExchangeFailure malformed(String event) {
    return new ExchangeFailure(Kind.MALFORMED_ANSWER, 200, event, null);
  }

  /** What a status means that brings neither a value nor absence. */
  static ExchangeFailure status(WireRequest request, WireAnswer answer) {
    int status = answer.status();
    return new ExchangeFailure(kind(request, status), status, request + " answered " + status, null)
        .quoting(Excerpt.ofPage(request, answer))
        .at(answer.peer());
  }

  private static Kind kind(WireRequest request, int status) {
    return switch (status) {
      case 400 -> Kind.BAD_REQUEST;
      case 401 ->
          switch (request.form()) {
            case TOKEN -> Kind.UNEXPECTED_STATUS;
            case V2 -> Kind.TOKEN_REJECTED;
            case V1 -> Kind.V2_REQUIRED;
          };
      case 403 -> Kind.FORBIDDEN;
      case 404, 405 -> request.forToken() ? Kind.V1_ONLY : Kind.UNEXPECTED_STATUS;
      case 429 -> Kind.THROTTLED;
      default -> status >= 500 ? Kind.SERVER_ERROR : Kind.UNEXPECTED_STATUS;
    };
  }

  /** The same, with more to say. */
  ExchangeFailure adding(String words) {
    return new ExchangeFailure(
        kind, status, event + words, excerpt, endpoint, peer, passing, getCause());
  }

  /** The same, with the words of an error page; empty if there are none to be shown. */
  ExchangeFailure quoting(Optional<String> answered) {
    return new ExchangeFailure(
        kind, status, event, answered.orElse(excerpt), endpoint, peer, passing, getCause());
  }

  /** The same, with the place where nobody took a connection. */
  ExchangeFailure at(URI place) {
    return new ExchangeFailure(kind, status, event, excerpt, place, peer, passing, getCause());
  }

  /** The same, with who took the connection. */
  ExchangeFailure at(Peer met) {
    return new ExchangeFailure(
        kind, status, event, excerpt, met.endpoint(), met, passing, getCause());
  }

  /** The same for somebody else who waited for the same answer. */
  ExchangeFailure shared() {
    return new ExchangeFailure(kind, status, event, excerpt, endpoint, peer, passing, this);
  }

  /** The same, if it may be otherwise at the next attempt. */
  ExchangeFailure inPassing() {
    return new ExchangeFailure(kind, status, event, excerpt, endpoint, peer, true, getCause());
  }

  /** Whether the same request may succeed a moment later. */
  boolean worthAnother() {
    return passing;
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

  /** The words of an error page; empty if there are none to be shown. */
  Optional<String> excerpt() {
    return Optional.ofNullable(excerpt);
  }

  /** Where it happened; empty if that was nowhere in particular. */
  Optional<URI> endpoint() {
    return Optional.ofNullable(endpoint);
  }

  /** Who took the connection; empty if nobody did. */
  Optional<Peer> peer() {
    return Optional.ofNullable(peer);
  }
}
