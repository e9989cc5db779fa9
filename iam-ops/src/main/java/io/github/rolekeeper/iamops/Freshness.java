package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.imds.IamInfo;
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
    static Shown in(InstanceView.Metadata metadata) {
      return new Shown(
          metadata.info().flatMap(Freshness::profile),
          metadata.credentials().map(CredentialMetadata::accessKeyId));
    }
  }

  /** What is true just before a swap. */
  static Freshness before(InstanceView view) {
    return new Freshness(view.metadata().filter(seen -> seen.failure().isEmpty()).map(Shown::in));
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
    boolean changed = before.isPresent() && !before.equals(view.metadata().map(Shown::in));
    return changed || since.filter(instant -> updatedSince(instant, view)).isPresent();
  }

  /** The metadata tells whole seconds. */
  private static boolean updatedSince(Instant since, InstanceView view) {
    return Stream.concat(
            view
                .metadata()
                .flatMap(InstanceView.Metadata::info)
                .flatMap(Freshness::updated)
                .stream(),
            view
                .metadata()
                .flatMap(InstanceView.Metadata::credentials)
                .flatMap(CredentialMetadata::lastUpdated)
                .stream())
        .anyMatch(at -> !at.isBefore(since.truncatedTo(ChronoUnit.SECONDS)));
  }

  private static Optional<InstanceProfileId> profile(IamInfo info) {
    return info instanceof IamInfo.Associated shown ? Optional.of(shown.id()) : Optional.empty();
  }

  private static Optional<Instant> updated(IamInfo info) {
    return info instanceof IamInfo.Associated shown ? shown.lastUpdated() : Optional.empty();
  }
}
