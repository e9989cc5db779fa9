package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the metadata service works, and what it says of the credentials. Without secrets.
 *
 * @param endpoint where the service was reached, which for {@link EndpointMode#AUTO} is one of two
 *     places; empty if there was no connection
 * @param addressFamily over which the service was reached; empty if there was no connection
 * @param v2Works whether a request of this report was answered that carried a token; false also if
 *     none got that far
 * @param hopLimitSuspected whether a token request was met with silence after a connection
 * @param profile what the service says of the instance profile; empty if it could not be asked
 * @param credentials what it says of the role's credentials; empty if it could not be asked
 * @param problems what kept it from being asked, at most one for each question
 * @param configuration the settings that were used
 */
public record MetadataReport(
    Optional<URI> endpoint,
    Optional<AddressFamily> addressFamily,
    boolean v2Works,
    boolean hopLimitSuspected,
    Optional<IamInfo> profile,
    Optional<RoleCredentials> credentials,
    List<Problem> problems,
    EffectiveConfiguration configuration) {

  /** How the service was reached. */
  public enum AddressFamily {
    /** Over an IPv4 address. */
    IPV4,

    /** Over an IPv6 address. */
    IPV6
  }

  /**
   * A question that found no answer.
   *
   * @param kind what went wrong
   * @param path what was asked for, below {@code <endpoint>/latest/}
   * @param message the whole story, with the remedy
   */
  public record Problem(Kind kind, String path, String message) {
    /**
     * Checks that nothing is null.
     *
     * @param kind as above
     * @param path as above
     * @param message as above
     */
    public Problem {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(message, "message");
    }

    static Problem of(InstanceMetadataException failure) {
      return new Problem(failure.kind(), failure.path(), String.valueOf(failure.getMessage()));
    }
  }

  /**
   * Checks that nothing is null, and copies the collections.
   *
   * @param endpoint as above
   * @param addressFamily as above
   * @param v2Works as above
   * @param hopLimitSuspected as above
   * @param profile as above
   * @param credentials as above
   * @param problems as above
   * @param configuration as above
   */
  public MetadataReport {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(addressFamily, "addressFamily");
    Objects.requireNonNull(profile, "profile");
    Objects.requireNonNull(credentials, "credentials");
    problems = List.copyOf(Objects.requireNonNull(problems, "problems"));
    Objects.requireNonNull(configuration, "configuration");
  }

  /**
   * Whether there was a connection at all.
   *
   * @return false too if no request was sent
   */
  public boolean reachable() {
    return addressFamily.isPresent();
  }

  /**
   * Whether all is as it should be: IMDSv2 works, a profile is associated, and it has credentials.
   * Whether these have expired is for whoever has a clock.
   *
   * @return false if there is something to do
   */
  public boolean healthy() {
    return problems.isEmpty()
        && v2Works
        && profile.filter(IamInfo.Associated.class::isInstance).isPresent()
        && credentials.filter(RoleCredentials.Available.class::isInstance).isPresent();
  }

  /**
   * All of it for a person.
   *
   * @return lines that end with a line feed
   */
  public String describe() {
    return ReportText.of(this);
  }
}
