package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.WireRequest.Form;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the requests of one report met, for that report alone: other calls of the client may meet
 * something else at the same time. Used by one thread.
 */
final class Sightings {
  private @Nullable Peer peer;
  private boolean tokenAccepted;

  void met(Peer one) {
    peer = one;
  }

  /** That something is not there says as much of the token as a value does. */
  void answered(WireRequest request, int status) {
    tokenAccepted |= request.form() == Form.V2 && (status == 200 || status == 404);
  }

  /** Who took the last connection. */
  Optional<Peer> peer() {
    return Optional.ofNullable(peer);
  }

  /** Whether a request with a token was answered. */
  boolean tokenAccepted() {
    return tokenAccepted;
  }
}
