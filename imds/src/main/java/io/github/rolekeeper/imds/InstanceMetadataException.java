package io.github.rolekeeper.imds;

import java.net.URI;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The metadata service did not do what one asked of it. What it does not have (404) is no
 * exception. Callers switch on {@link #kind}; the message names endpoint, path, status, attempts
 * and remedy, and holds no part of a credentials document.
 */
public final class InstanceMetadataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** No connection: nothing listens there, or no way leads there. */
    UNREACHABLE(
        true,
        "check that this runs on EC2 and that the endpoint is right; on the instance itself, that no"
            + " firewall or route takes its metadata address away"),

    /** Connected, but the token request met silence: the answer's IP hop limit is suspected. */
    NO_TOKEN_ANSWER(
        false,
        "in a container or behind a bridge the token does not get through a hop limit of 1: set"
            + " HttpPutResponseHopLimit to 2 with EC2 ModifyInstanceMetadataOptions"),

    /** Connected, but the answer did not come, or broke off. */
    NO_ANSWER(
        true,
        "the service may be overloaded or its link-local packet limit reached; ask less often"),

    /** A token that was fresh was refused. */
    TOKEN_REJECTED(
        false,
        "check that one and the same metadata service answers each request: a token is valid only on"
            + " the instance that issued it"),

    /** 403: the metadata service is switched off, or the request is not allowed. */
    FORBIDDEN(
        false,
        "enable the metadata service with EC2 ModifyInstanceMetadataOptions, HttpEndpoint=enabled"),

    /** 429: too many requests. */
    THROTTLED(true, "ask less often, and share one client"),

    /** 5xx: the service failed; it says itself to try again. */
    SERVER_ERROR(true, "try again later; AWS documents 503 as a passing condition"),

    /** 400: the service did not understand the request. */
    BAD_REQUEST(false, "check that the endpoint is a metadata service that speaks IMDSv2"),

    /** A status that no metadata service gives here, such as a redirect. */
    UNEXPECTED_STATUS(
        false,
        "check that the endpoint is a metadata service that speaks IMDSv2; redirects are not"
            + " followed"),

    /** The answer is not what is documented for this path. */
    MALFORMED_ANSWER(false, "check that the endpoint is a metadata service"),

    /** The time allowed for the whole call was over before there was an answer. */
    DEADLINE_EXCEEDED(false, "allow more with InstanceMetadataClient.builder().timeout(Duration)"),

    /** The calling thread was interrupted; it stays so. */
    INTERRUPTED(false, "ask again if the answer is still wanted");

    private final boolean retryable;
    private final String remedy;

    Kind(boolean retryable, String remedy) {
      this.retryable = retryable;
      this.remedy = remedy;
    }

    /**
     * Whether the same request may succeed a moment later. The client has tried that already.
     *
     * @return whether it is worth another attempt
     */
    public boolean retryable() {
      return retryable;
    }

    /**
     * What a person can do about it.
     *
     * @return one sentence, without a full stop
     */
    public String remedy() {
      return remedy;
    }
  }

  /** What went wrong. */
  private final Kind kind;

  /** Where the service was looked for. */
  private final URI endpoint;

  /** What was asked for. */
  private final String path;

  /** The last status; 0 if there was none. */
  private final int status;

  /** How often it was tried. */
  private final int attempts;

  InstanceMetadataException(
      Kind kind,
      URI endpoint,
      String path,
      int status,
      int attempts,
      String event,
      @Nullable Throwable cause) {
    super(message(kind, endpoint, path, attempts, event), cause);
    this.kind = kind;
    this.endpoint = endpoint;
    this.path = path;
    this.status = status;
    this.attempts = attempts;
  }

  private static String message(Kind kind, URI endpoint, String path, int attempts, String event) {
    return "metadata service at "
        + endpoint
        + ", "
        + path
        + ": "
        + event
        + " ("
        + kind
        + ", "
        + attempts
        + (attempts == 1 ? " attempt" : " attempts")
        + "). Remedy: "
        + kind.remedy()
        + ".";
  }

  /**
   * What went wrong.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Where the metadata service was looked for.
   *
   * @return the endpoint, without a slash at its end
   */
  public URI endpoint() {
    return endpoint;
  }

  /**
   * What was asked for, also if the token needed for it was what failed.
   *
   * @return the path below {@code <endpoint>/latest/}
   */
  public String path() {
    return path;
  }

  /**
   * The status of the last answer.
   *
   * @return the HTTP status; empty if there was none
   */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /**
   * How often it was tried.
   *
   * @return at least 1
   */
  public int attempts() {
    return attempts;
  }
}
