package io.github.rolekeeper.testkit;

import io.github.rolekeeper.testkit.WireResponse.Transit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where every request to the account comes in, over a socket or not. Thread-safe. */
final class Front {
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

  /** A service of the account that has recognised what a request is for. */
  interface Route {
    String service();

    String operation();

    /** The instance whose metadata service is meant, if one is. */
    @Nullable String instanceId();

    /** Answers; if an injected fault comes before any effect, without doing anything. */
    WireResponse answer(@Nullable Fault fault);
  }

  WireResponse answer(WireRequest request) {
    Route route =
        request.path().startsWith(MetadataService.PREFIX)
            ? metadata.route(request)
            : api.route(request);
    // Outside the lock: another actor may send requests of its own.
    Fault fault = faults.next(route.service(), route.operation(), route.instanceId()).orElse(null);
    WireResponse response;
    synchronized (world) {
      world.tick();
      response = route.answer(fault);
    }
    return fault == null ? response : damaged(response, fault);
  }

  private static WireResponse damaged(WireResponse response, Fault fault) {
    String body = response.body();
    return switch (fault.kind()) {
      case REFUSED -> WireResponse.none(Transit.REFUSED, Duration.ZERO);
      case CONNECTION_RESET, LOST_ANSWER -> WireResponse.none(Transit.RESET, Duration.ZERO);
      case NO_ANSWER -> WireResponse.none(Transit.SILENCE, fault.duration());
      case SLOW -> response.travelling(Transit.LATE, fault.duration());
      case DRIPPED -> response.travelling(Transit.DRIPPED, fault.duration());
      case TRUNCATED -> response.withBody(body.substring(0, body.length() / 2));
      case GARBLED -> response.withBody("{\"unfinished\": <\u0000>");
      case OVERSIZE -> response.withBody(" ".repeat(fault.status()) + body);
      case CONTENT_TYPE -> response.without("Content-Type").with("Content-Type", fault.detail());
      case WITHOUT_HEADER -> response.without(fault.detail());
      case REDIRECT -> response.with("Location", fault.detail());
      case THROTTLED, INTERNAL_ERROR, UNAVAILABLE, CONCURRENT_MODIFICATION, ERROR, ANOTHER_ACTOR ->
          response;
    };
  }
}
