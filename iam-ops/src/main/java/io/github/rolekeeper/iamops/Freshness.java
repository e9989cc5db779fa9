package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceProfileId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether what the metadata shows is of after the swap. A profile that is associated again under
 * its own id looks the same before and after, and what lags may show a role that EC2 is about to
 * lose. Pure.
 *
 * @param before what the metadata showed just before this run made the swap; empty if it did not
 */
record Freshness(Optional<Shown> before) {
  static final Freshness UNKNOWN = new Freshness(Optional.empty());

  /**
   * @param profile the id in {@code iam/info}; empty if it has none
   * @param accessKeyId of the credentials; empty if there are none
   */
  private record Shown(Optional<InstanceProfileId> profile, Optional<String> accessKeyId) {
    static Shown in(MetadataSight metadata) {
      return new Shown(metadata.profile(), metadata.session().map(CredentialMetadata::accessKeyId));
    }
  }

  /** What is true just before a swap. */
  static Freshness before(InstanceView view) {
    return new Freshness(
        Optional.of(view.metadata()).filter(seen -> seen.kind().answered()).map(Shown::in));
  }

  /**
   * Whether the metadata was read after the association was made: by its ids, which change with the
   * swap, or by its times and the association's, which are both of AWS's clocks. True where there
   * is nothing to compare with.
   */
  boolean reached(InstanceView view) {
    Optional<Instant> since = view.association().flatMap(InstanceView.Association::since);
    if (before.isEmpty() && since.isEmpty()) {
      return true;
    }
    boolean changed = before.isPresent() && !before.get().equals(Shown.in(view.metadata()));
    return changed || since.filter(instant -> updatedSince(instant, view)).isPresent();
  }

  /** The metadata tells whole seconds. */
  private static boolean updatedSince(Instant since, InstanceView view) {
    return Stream.concat(
            view.metadata().updated().stream(),
            view.metadata().session().flatMap(CredentialMetadata::lastUpdated).stream())
        .anyMatch(at -> !at.isBefore(since.truncatedTo(ChronoUnit.SECONDS)));
  }
}
