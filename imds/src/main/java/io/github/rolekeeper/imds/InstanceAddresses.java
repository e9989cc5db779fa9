package io.github.rolekeeper.imds;

import java.util.Objects;
import java.util.Optional;

/**
 * The names and addresses of the instance's primary interface. All of them are absent where there
 * is none of the kind: an instance without public address, or in a subnet that has only IPv6.
 *
 * @param hostname the private host name, or the one that the resource-name setting gives
 * @param localHostname the private DNS name
 * @param localIpv4 the private IPv4 address
 * @param ipv6 the IPv6 address
 * @param mac the MAC address
 * @param publicHostname the public DNS name
 * @param publicIpv4 the public IPv4 address; the Elastic IP address if there is one
 */
public record InstanceAddresses(
    Optional<String> hostname,
    Optional<String> localHostname,
    Optional<String> localIpv4,
    Optional<String> ipv6,
    Optional<String> mac,
    Optional<String> publicHostname,
    Optional<String> publicIpv4) {

  /**
   * Checks that nothing is null.
   *
   * @param hostname as above
   * @param localHostname as above
   * @param localIpv4 as above
   * @param ipv6 as above
   * @param mac as above
   * @param publicHostname as above
   * @param publicIpv4 as above
   */
  public InstanceAddresses {
    Objects.requireNonNull(hostname, "hostname");
    Objects.requireNonNull(localHostname, "localHostname");
    Objects.requireNonNull(localIpv4, "localIpv4");
    Objects.requireNonNull(ipv6, "ipv6");
    Objects.requireNonNull(mac, "mac");
    Objects.requireNonNull(publicHostname, "publicHostname");
    Objects.requireNonNull(publicIpv4, "publicIpv4");
  }

  static InstanceAddresses read(PathReader paths) {
    return new InstanceAddresses(
        paths.value("meta-data/hostname"),
        paths.value("meta-data/local-hostname"),
        paths.value("meta-data/local-ipv4"),
        paths.value("meta-data/ipv6"),
        paths.value("meta-data/mac"),
        paths.value("meta-data/public-hostname"),
        paths.value("meta-data/public-ipv4"));
  }
}
