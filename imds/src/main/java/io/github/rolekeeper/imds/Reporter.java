package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.MetadataReport.AddressFamily;
import io.github.rolekeeper.imds.MetadataReport.Problem;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Asks one question after another, and keeps what went wrong instead of throwing it. */
final class Reporter {
  private final MetadataReader reader;
  private final EffectiveConfiguration configuration;
  private final List<Problem> problems = new ArrayList<>();

  Reporter(MetadataReader reader, EffectiveConfiguration configuration) {
    this.reader = reader;
    this.configuration = configuration;
  }

  MetadataReport report(
      Deadline call,
      Function<Deadline, IamInfo> profile,
      Function<Deadline, RoleCredentials> credentials) {
    Sightings seen = new Sightings();
    Deadline deadline = call.notedIn(seen);
    Optional<Optional<Kind>> withoutToken = tried(() -> reader.withoutTokenBecause(deadline));
    // Where no token is to be had, the other questions would only end in the same way.
    Optional<IamInfo> info = withoutToken.flatMap(reason -> tried(() -> profile.apply(deadline)));
    Optional<RoleCredentials> served =
        withoutToken.flatMap(reason -> tried(() -> credentials.apply(deadline)));
    Optional<Kind> fallback = withoutToken.flatMap(reason -> reason);
    return new MetadataReport(
        seen.peer().map(Peer::endpoint),
        seen.peer().map(peer -> family(peer.address())),
        seen.tokenAccepted() && !met(Kind.TOKEN_REJECTED),
        met(Kind.HOP_LIMIT_SUSPECTED) || fallback.equals(Optional.of(Kind.HOP_LIMIT_SUSPECTED)),
        info,
        served,
        problems,
        configuration);
  }

  private boolean met(Kind kind) {
    return problems.stream().anyMatch(problem -> problem.kind() == kind);
  }

  private <T> Optional<T> tried(Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (InstanceMetadataException failure) {
      problems.add(Problem.of(failure));
      return Optional.empty();
    }
  }

  private static AddressFamily family(InetAddress address) {
    return address instanceof Inet6Address ? AddressFamily.IPV6 : AddressFamily.IPV4;
  }
}
