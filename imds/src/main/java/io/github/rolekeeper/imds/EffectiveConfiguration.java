package io.github.rolekeeper.imds;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings that a client works with, each with its origin. Immutable, and without secrets.
 *
 * @param disabled whether the metadata service must not be asked
 * @param imdsV1Allowed whether a request without a token may follow a refused token request
 * @param endpoint where the service is, without a slash at the end; for {@link EndpointMode#AUTO}
 *     where it is looked for first
 * @param endpointMode which address is the default; without effect where an endpoint is set
 * @param timeout the time for one call with all its requests and pauses
 * @param connectTimeout the time for one connection
 * @param readTimeout the time to wait for bytes
 * @param attempts how often one request is tried at most
 * @param firstPause the longest pause after a first attempt; each further one may be twice as long
 * @param longestPause the longest pause at all
 * @param tokenTtl the life that is asked for a token of IMDSv2
 * @param roleName the role whose credentials are read; empty: the one that the service names
 * @param platformCheck whether the machine itself is asked, before a packet is sent, if it is one
 *     of EC2's
 * @param unreachableMemory for how long it is remembered that nobody took a connection, where the
 *     machine does not tell; zero: not at all
 */
public record EffectiveConfiguration(
    Setting<Boolean> disabled,
    Setting<Boolean> imdsV1Allowed,
    Setting<URI> endpoint,
    Setting<EndpointMode> endpointMode,
    Setting<Duration> timeout,
    Setting<Duration> connectTimeout,
    Setting<Duration> readTimeout,
    Setting<Integer> attempts,
    Setting<Duration> firstPause,
    Setting<Duration> longestPause,
    Setting<Duration> tokenTtl,
    Setting<Optional<String>> roleName,
    Setting<Boolean> platformCheck,
    Setting<Duration> unreachableMemory) {
  /**
   * Checks that nothing is null.
   *
   * @param disabled as above
   * @param imdsV1Allowed as above
   * @param endpoint as above
   * @param endpointMode as above
   * @param timeout as above
   * @param connectTimeout as above
   * @param readTimeout as above
   * @param attempts as above
   * @param firstPause as above
   * @param longestPause as above
   * @param tokenTtl as above
   * @param roleName as above
   * @param platformCheck as above
   * @param unreachableMemory as above
   */
  public EffectiveConfiguration {
    Objects.requireNonNull(disabled, "disabled");
    Objects.requireNonNull(imdsV1Allowed, "imdsV1Allowed");
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(endpointMode, "endpointMode");
    Objects.requireNonNull(timeout, "timeout");
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(readTimeout, "readTimeout");
    Objects.requireNonNull(attempts, "attempts");
    Objects.requireNonNull(firstPause, "firstPause");
    Objects.requireNonNull(longestPause, "longestPause");
    Objects.requireNonNull(tokenTtl, "tokenTtl");
    Objects.requireNonNull(roleName, "roleName");
    Objects.requireNonNull(platformCheck, "platformCheck");
    Objects.requireNonNull(unreachableMemory, "unreachableMemory");
  }

  /**
   * All settings for a person: a line each, with the origin in brackets.
   *
   * @return lines that end with a line feed
   */
  public String describe() {
    return """
        disabled: %s
        IMDSv1 allowed: %s
        endpoint: %s
        endpoint mode: %s
        timeout: %s
        connect timeout: %s
        read timeout: %s
        attempts: %s
        first pause: %s
        longest pause: %s
        token TTL: %s
        role name: %s
        platform check: %s
        unreachable memory: %s
        """
        .formatted(
            disabled,
            imdsV1Allowed,
            endpoint,
            endpointMode,
            timeout,
            connectTimeout,
            readTimeout,
            attempts,
            firstPause,
            longestPause,
            tokenTtl,
            roleName.map(name -> name.orElse("as the service names it")),
            platformCheck,
            unreachableMemory);
  }
}
