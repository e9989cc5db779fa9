package io.github.rolekeeper.imds;

import java.net.URI;
import java.util.List;

/**
 * Where the service may be: one place, or two of which the one that took the last connection comes
 * first. Nothing is ever given up for good: where that one takes none any more, the other one is
 * tried in the same attempt. Thread-safe.
 */
final class Endpoints {
  private volatile List<Endpoint> inOrder;

  Endpoints(List<URI> uris) {
    inOrder = uris.stream().map(Endpoint::new).toList();
  }

  /** The places in the order in which to try them. */
  List<Endpoint> inOrder() {
    return inOrder;
  }

  /** A connection to this one came about. */
  void connected(Endpoint one) {
    List<Endpoint> now = inOrder;
    if (!now.get(0).equals(one)) {
      inOrder = List.of(one, now.get(0)); // never more than the two address families
    }
  }
}
