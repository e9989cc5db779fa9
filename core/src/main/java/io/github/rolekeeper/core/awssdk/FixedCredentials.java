package io.github.rolekeeper.core.awssdk;

import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Credentials that nobody renews, so that there is nothing to watch. */
final class FixedCredentials {
  // What the SDK calls a source in its user agent (BusinessMetricFeatureId). Others are renewed.
  private static final Map<String, String> SOURCES =
      Map.of(
          "e", "static credentials in the program",
          "f", "credentials from system properties",
          "g", "credentials from environment variables");

  private FixedCredentials() {}

  /** Why there is nothing to watch, if so. */
  static Optional<String> reason(AwsCredentialsIdentity identity) {
    return identity
        .providerName()
        .flatMap(name -> Optional.ofNullable(SOURCES.get(name)))
        .or(
            () ->
                ends(identity)
                    ? Optional.empty()
                    : Optional.of(
                        identity.accessKeyId() == null
                            ? "anonymous access, which signs nothing"
                            : "a long-term access key, which does not expire"));
  }

  // A provider of an application's own may know of an end without a session token.
  private static boolean ends(AwsCredentialsIdentity identity) {
    return identity instanceof AwsSessionCredentialsIdentity
        || (identity.accessKeyId() != null && identity.expirationTime().isPresent());
  }
}
