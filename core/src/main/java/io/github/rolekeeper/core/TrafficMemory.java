package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the application's own calls tell of its sessions. Immutable, pure and bounded.
 *
 * @param keys the newest first
 */
record TrafficMemory(List<KeyTraffic> keys) {
  /** A session and its successor overlap while calls are under way; twice that is ample. */
  static final int MAX_KEYS = 4;

  private static final TrafficMemory EMPTY = new TrafficMemory(List.of());

  static TrafficMemory empty() {
    return EMPTY;
  }

  /**
   * What is known after a call. The key that is tracked is never forgotten for others: an
   * application that assumes many roles calls with more sessions than are remembered.
   *
   * @param held the access key id that is tracked; empty before the first
   * @return the same object if the call told nothing new
   */
  TrafficMemory after(CallReport call, Instant now, Optional<String> held) {
    Optional<KeyTraffic> known = of(call.accessKeyId());
    KeyTraffic before = known.orElseGet(() -> KeyTraffic.of(call.accessKeyId()));
    KeyTraffic next =
        call.failure()
            .map(failure -> before.failed(call.action(), AwsErrorClassifier.classify(failure), now))
            .orElseGet(() -> before.succeeded(call.action()));
    if (next.equals(before)) {
      return this;
    }
    List<KeyTraffic> all = new ArrayList<>(keys);
    if (known.isPresent()) {
      all.set(all.indexOf(before), next);
    } else {
      all.add(0, next);
    }
    if (all.size() > MAX_KEYS) {
      int oldest = all.size() - 1;
      boolean tracked = held.filter(all.get(oldest).accessKeyId()::equals).isPresent();
      all.remove(tracked ? oldest - 1 : oldest);
    }
    return new TrafficMemory(List.copyOf(all));
  }

  /**
   * Whether services deny at least two actions that they let this very session perform before. The
   * texts of the denials differ by service and decide nothing; what may be no denial at all, by its
   * confidence, does not count.
   */
  boolean revocationSuspected(String accessKeyId) {
    return of(accessKeyId).filter(KeyTraffic::revocationSuspected).isPresent();
  }

  /** The same set, with an expiration learnt from services if the source gives none. */
  CredentialMetadata completed(CredentialMetadata metadata) {
    Optional<Instant> learnt = of(metadata.accessKeyId()).flatMap(KeyTraffic::expired);
    return metadata.expiration().isPresent() || learnt.isEmpty()
        ? metadata
        : new CredentialMetadata(
            metadata.roleName(), metadata.accessKeyId(), metadata.lastUpdated(), learnt);
  }

  private Optional<KeyTraffic> of(String accessKeyId) {
    return keys.stream().filter(key -> key.accessKeyId().equals(accessKeyId)).findFirst();
  }
}
