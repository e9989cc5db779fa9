package io.github.rolekeeper.imds;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which of the two addresses that EC2 gives the metadata service is used by default. */
public enum EndpointMode {
  /** The link-local IPv4 address, which every instance has. */
  IPV4("http://169.254.169.254"),

  /** The IPv6 address: on Nitro instances only, and off until it is enabled for the instance. */
  IPV6("http://[fd00:ec2::254]"),

  /**
   * The IPv4 address, and the IPv6 address where the former takes no connection; the one that took
   * one is tried first from then on. This is ours: the AWS SDKs know {@code IPv4} and {@code IPv6},
   * and refuse this word where they share a setting with this client.
   */
  AUTO(IPV4.endpoint.toString());

  private final URI endpoint;

  EndpointMode(String endpoint) {
    this.endpoint = URI.create(endpoint);
  }

  /**
   * The address that EC2 documents for this mode.
   *
   * @return an endpoint; for {@link #AUTO} the one that is tried first
   */
  public URI endpoint() {
    return endpoint;
  }

  /** All that may be the service's, in the order in which to try them. */
  List<URI> endpoints() {
    return this == AUTO ? List.of(IPV4.endpoint, IPV6.endpoint) : List.of(endpoint);
  }

  /** In any case, as the SDKs take it. */
  static Optional<EndpointMode> parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "ipv4" -> Optional.of(IPV4);
      case "ipv6" -> Optional.of(IPV6);
      case "auto" -> Optional.of(AUTO);
      default -> Optional.empty();
    };
  }
}
