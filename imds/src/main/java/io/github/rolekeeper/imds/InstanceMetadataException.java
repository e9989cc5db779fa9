package io.github.rolekeeper.imds;

import java.net.URI;
import java.util.Optional;
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
    /**
     * No connection: nothing listens there, or no way leads there. Without an attempt: that was so
     * a moment ago, see {@link InstanceMetadataClient.Builder#rememberUnreachable}.
     */
    UNREACHABLE(
        true,
        "check that this runs on EC2 and that the endpoint is right; on the instance itself, that no"
            + " firewall or route takes its metadata address away; over IPv6, that HttpProtocolIpv6 is"
            + " enabled for the instance with EC2 ModifyInstanceMetadataOptions, which it is not by"
            + " default",
        Page.ACCESS),

    /** The machine says itself that it is none of EC2's. No request was sent. */
    NOT_ON_EC2(
        false,
        "where a metadata service is emulated, name its endpoint, or pass platformCheck(false) to"
            + " InstanceMetadataClient.builder()",
        Page.IDENTIFY),

    /** Connected, but the token request met silence: the answer's IP hop limit is suspected. */
    HOP_LIMIT_SUSPECTED(
        false,
        "ask for a token on the instance itself, outside of containers: if one comes there, the"
            + " answer does not get through a hop limit of 1, so set HttpPutResponseHopLimit to 2"
            + " with EC2 ModifyInstanceMetadataOptions; if none comes there either, a firewall or a"
            + " proxy on the instance swallows PUT requests or their answers, so let them through",
        Page.OPTIONS),

    /** Connected, but the answer did not come, or broke off. */
    NO_ANSWER(
        true,
        "the service may be overloaded or its link-local packet limit reached; ask less often",
        Page.ACCESS),

    /** A token that was fresh was refused. */
    TOKEN_REJECTED(
        false,
        "check that one and the same metadata service answers each request: a token is valid only on"
            + " the instance that issued it",
        Page.V2),

    /** IMDSv1 was used, as the caller allowed, and the service asks for a token. */
    V2_REQUIRED(
        false,
        "the service requires IMDSv2, so mend the token request, whose end is told here: silence"
            + " (HOP_LIMIT_SUSPECTED) in a container asks for an HttpPutResponseHopLimit of 2 with EC2"
            + " ModifyInstanceMetadataOptions; FORBIDDEN, for a proxy to be taken out of the way that"
            + " adds X-Forwarded-For; V1_ONLY, for an endpoint or agent that knows PUT api/token",
        Page.OPTIONS),

    /** The service has no tokens, and IMDSv1 was not allowed. */
    V1_ONLY(
        false,
        "use a metadata service with IMDSv2; if IMDSv1 is acceptable, call"
            + " InstanceMetadataClient.builder().allowImdsV1() and let no setting forbid it",
        Page.V2),

    /** A setting here says that the metadata service must not be asked. No request was sent. */
    METADATA_DISABLED(
        false,
        "take that setting away, or set it to false, if the metadata service is to be asked",
        Page.ACCESS),

    /**
     * 403: the metadata service is switched off for the instance, or the request is not allowed.
     * EC2 answers both with the same bytes.
     */
    FORBIDDEN(
        false,
        "look at MetadataOptions of EC2 DescribeInstances: if HttpEndpoint is disabled there, enable"
            + " it with ModifyInstanceMetadataOptions; if it is enabled, a proxy on the way adds"
            + " X-Forwarded-For, with which IMDSv2 refuses a request, or an agent in the place of"
            + " the service does not allow it, so take either out of the way of its address",
        Page.OPTIONS),

    /** 429: too many requests. */
    THROTTLED(true, "ask less often, and share one client", Page.ACCESS),

    /** 5xx: the service failed; it says itself to try again. */
    SERVER_ERROR(true, "try again later; AWS documents 503 as a passing condition", Page.ACCESS),

    /** 400: the service did not understand the request. */
    BAD_REQUEST(
        false, "check that the endpoint is a metadata service that speaks IMDSv2", Page.ACCESS),

    /** A status that no metadata service gives here, such as a redirect. */
    UNEXPECTED_STATUS(
        false,
        "check that the endpoint is a metadata service that speaks IMDSv2; redirects are not"
            + " followed, so that the path of a directory has to end in a slash",
        Page.ACCESS),

    /**
     * The answer is not what is documented for this path. A document that was empty, cut or
     * incomplete, or an empty token, was asked for again; it stayed so.
     */
    MALFORMED_ANSWER(
        false,
        "check that the endpoint is a metadata service, and that no page of a proxy or a network"
            + " stands in its place; EC2's own serves such a document for a moment at most",
        Page.ACCESS),

    /**
     * The time allowed for the whole call was over, and no attempt had come far enough to say what
     * is wrong: earlier requests of the same call took the time, or the wait for a thread or for
     * the token that another call had asked for, or an answer that came in too slowly. Where an
     * attempt failed before, or waited for a connection or an answer through half of its time at
     * least, that is told instead.
     */
    DEADLINE_EXCEEDED(
        false, "allow more with InstanceMetadataClient.builder().timeout(Duration)", Page.ACCESS),

    /** The calling thread was interrupted; it stays so. */
    INTERRUPTED(false, "ask again if the answer is still wanted", Page.ACCESS);

    private final boolean retryable;
    private final String remedy;
    private final URI documentation;

    Kind(boolean retryable, String remedy, String page) {
      this.retryable = retryable;
      this.remedy = remedy;
      this.documentation = URI.create(Page.GUIDE + page);
    }

    /**
     * Whether the same request may succeed a moment later, as a rule. The client has tried that
     * already, and for a document that was {@link #MALFORMED_ANSWER} too.
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

    /**
     * Where AWS documents it.
     *
     * @return a page of the EC2 user guide
     */
    public URI documentation() {
      return documentation;
    }

    /** Pages of the EC2 user guide. */
    private static final class Page {
      static final String GUIDE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/";
      static final String ACCESS = "instancedata-data-retrieval.html";
      static final String V2 = "instance-metadata-v2-how-it-works.html";
      static final String OPTIONS = "configuring-IMDS-existing-instances.html";
      static final String IDENTIFY = "identify_ec2_instances.html";
    }
  }

  /** What went wrong. */
  private final Kind kind;

  /** Where the service was asked. */
  private final URI endpoint;

  /** In which kind of place that was set. */
  private final Origin.Source originSource;

  /** What it is called there. */
  private final String originName;

  /** What was asked for. */
  private final String path;

  /** The last status; 0 if there was none. */
  private final int status;

  /** How often it was tried. */
  private final int attempts;

  /** The words of an error page. */
  private final @Nullable String excerpt;

  InstanceMetadataException(
      Setting<URI> endpoint, String path, int attempts, ExchangeFailure failure) {
    super(message(endpoint, path, attempts, failure), failure);
    this.kind = failure.kind();
    this.endpoint = endpoint.value();
    this.originSource = endpoint.origin().source();
    this.originName = endpoint.origin().name();
    this.path = path;
    this.status = failure.status();
    this.attempts = attempts;
    this.excerpt = failure.excerpt().orElse(null);
  }

  private static String message(
      Setting<URI> endpoint, String path, int attempts, ExchangeFailure failure) {
    Kind kind = failure.kind();
    return "metadata service at %s, %s: %s (%s, %s %s). Remedy: %s. See %s"
        .formatted(
            endpoint,
            Endpoint.encoded(path),
            failure.event() + failure.excerpt().map(words -> "; it says " + words).orElse(""),
            kind,
            attempts,
            attempts == 1 ? "attempt" : "attempts",
            kind.remedy(),
            kind.documentation());
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
   * Where the metadata service was asked; for {@link EndpointMode#AUTO}, which of the two places.
   *
   * @return the endpoint, without a slash at its end
   */
  public URI endpoint() {
    return endpoint;
  }

  /**
   * Where the setting of the endpoint came from.
   *
   * @return such as the name of an environment variable
   */
  public Origin endpointOrigin() {
    return new Origin(originSource, originName);
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
   * The first words of an error page, for a person: plain words of 2 to 15 letters from a {@code
   * text/html} or {@code text/plain} answer, at most 60 characters. What is no such word is left
   * out.
   *
   * @return the words; empty if there are none, for any answer with status 200, for a page that may
   *     be a document, and for what is served where secrets are (the credentials, the user data,
   *     the token)
   */
  public Optional<String> excerpt() {
    return Optional.ofNullable(excerpt);
  }

  /**
   * How often it was tried.
   *
   * @return 0 if no request was sent at all
   */
  public int attempts() {
    return attempts;
  }
}
