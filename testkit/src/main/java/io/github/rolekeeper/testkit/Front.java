package io.github.rolekeeper.testkit;

import io.github.rolekeeper.testkit.WireResponse.Transit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where every request to the account comes in, over a socket or not. Thread-safe. */
final class Front implements WireHandler {
  /** No request to the simulated operations comes near it; AWS's own limits differ by service. */
  private static final int LARGEST_BODY = 1 << 20;

  private static final String GARBAGE = "{\"unfinished\": <\u0000>";

  private final World world;
  private final Faults faults;
  private final AwsApi api;
  private final MetadataService metadata;

  Front(World world, Journal journal, Faults faults) {
    this.world = world;
    this.faults = faults;
    this.api = new AwsApi(world, journal);
    this.metadata = new MetadataService(world, journal);
  }

  AwsApi api() {
    return api;
  }

  /** A service of the account that has recognised what a request is for. */
  interface Route {
    String service();

    String operation();

    /** The instance whose metadata service is meant, if one is. */
    @Nullable String instanceId();

    /** Whether anybody is there to answer; a fault of who is not there has no effect. */
    boolean isHeard();

    /** Answers; if an injected fault comes before any effect, without doing anything. */
    WireResponse answer(@Nullable Fault fault);
  }

  @Override
  public WireResponse answer(
      String method, String target, Function<String, @Nullable String> headers, byte[] body) {
    if (body.length > LARGEST_BODY) {
      return tooLarge(target, headers, body.length);
    }
    try {
      return answer(
          new WireRequest(method, target, headers, new String(body, StandardCharsets.UTF_8)));
    } catch (WireRequest.Malformed e) {
      return malformed(target, headers, e.getMessage());
    } catch (RuntimeException e) {
      // A defect of ours must neither look like an AWS refusal nor end the connection.
      return refused(
          target,
          headers,
          new AwsError(500, "InternalFailure", "The simulated account failed: " + e));
    }
  }

  @Override
  public int largestBody(String target) {
    return LARGEST_BODY;
  }

  @Override
  public WireResponse tooLarge(
      String target, Function<String, @Nullable String> headers, long bytes) {
    return refused(
        target,
        headers,
        new AwsError(
            413,
            "RequestEntityTooLarge",
            "The request's body has "
                + bytes
                + " bytes; the simulated account takes no more than "
                + LARGEST_BODY));
  }

  @Override
  public WireResponse malformed(
      String target, Function<String, @Nullable String> headers, String problem) {
    return refused(target, headers, new AwsError(400, "MalformedInput", problem));
  }

  private WireResponse refused(
      String target, Function<String, @Nullable String> headers, AwsError error) {
    synchronized (world) {
      return target.startsWith(MetadataService.PREFIX)
          ? metadata.refused(target, error)
          : api.refused(headers.apply("Authorization"), error);
    }
  }

  WireResponse answer(WireRequest request) {
    Route route =
        request.path().startsWith(MetadataService.PREFIX)
            ? metadata.route(request)
            : api.route(request);
    boolean heard;
    synchronized (world) {
      world.tick();
      heard = route.isHeard();
    }
    // Outside the lock: another actor may send requests of its own.
    Fault fault =
        faults
            .next(route.service(), route.operation(), route.instanceId(), heard, world.now())
            .orElse(null);
    WireResponse response;
    synchronized (world) {
      world.tick();
      response = route.answer(fault);
    }
    return fault == null ? response : damaged(response, fault);
  }

  /** White space is allowed at the beginning of JSON and behind the declaration of XML. */
  private static byte[] blownUp(byte[] body, int by) {
    // Nothing may be in front of an XML declaration, so there the space is behind it.
    int from = new String(body, StandardCharsets.ISO_8859_1).startsWith("<?xml") ? 1 : 0;
    while (from > 0 && body[from - 1] != '>') {
      from++;
    }
    byte[] larger = new byte[by + body.length];
    Arrays.fill(larger, (byte) ' ');
    System.arraycopy(body, 0, larger, 0, from);
    System.arraycopy(body, from, larger, from + by, body.length - from);
    return larger;
  }

  private static WireResponse damaged(WireResponse response, Fault fault) {
    return switch (fault.kind()) {
      case REFUSED -> WireResponse.none(Transit.REFUSED, Duration.ZERO);
      case CONNECTION_RESET, LOST_ANSWER -> WireResponse.none(Transit.RESET, Duration.ZERO);
      case NO_ANSWER -> WireResponse.none(Transit.SILENCE, fault.duration());
      case SLOW -> response.travelling(Transit.LATE, fault.duration());
      case DRIPPED -> response.travelling(Transit.DRIPPED, fault.duration());
      case TRUNCATED ->
          response.withBody(Arrays.copyOf(response.body(), response.body().length / 2));
      case GARBLED -> response.withBody(GARBAGE.getBytes(StandardCharsets.UTF_8));
      case OVERSIZE -> response.withBody(blownUp(response.body(), fault.status()));
      case CONTENT_TYPE -> response.without("Content-Type").with("Content-Type", fault.detail());
      case WITHOUT_HEADER -> response.without(fault.detail());
      case HTTP_1_0 -> response.travelling(Transit.HTTP_1_0, Duration.ZERO);
      case REDIRECT -> response.with("Location", fault.detail());
      case THROTTLED,
          INTERNAL_ERROR,
          UNAVAILABLE,
          CONCURRENT_MODIFICATION,
          ERROR,
          ID_FOR_ARN,
          EMPTY_PAGE,
          ANOTHER_ACTOR ->
          response;
    };
  }
}
