package io.github.rolekeeper.imds;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One network interface, from {@code meta-data/network/interfaces/macs/}.
 *
 * @param mac its MAC address, by which the service lists it
 * @param deviceNumber 0 for the primary one of its card
 * @param networkCard the card that it sits on; served as {@code network-card}, and as {@code
 *     network-card-index} by older services
 * @param interfaceId such as {@code eni-0123456789abcdef0}
 * @param ownerId the account that owns it
 * @param localHostname its private DNS name
 * @param publicHostname its public DNS name
 * @param localIpv4s its private IPv4 addresses; empty if there are none
 * @param publicIpv4s its public IPv4 addresses; empty if there are none
 * @param ipv4Associations the private addresses behind each public one; empty if there are none
 * @param ipv4Prefixes the IPv4 prefixes delegated to it; empty if there are none
 * @param ipv6s its IPv6 addresses; empty if there are none
 * @param ipv6Prefixes the IPv6 prefixes delegated to it; empty if there are none
 * @param securityGroups the names of its security groups; empty if there are none
 * @param securityGroupIds the ids of its security groups; empty if there are none
 * @param subnetId its subnet
 * @param subnetIpv4CidrBlock the subnet's IPv4 block
 * @param subnetIpv6CidrBlocks the subnet's IPv6 blocks; empty if there are none
 * @param vpcId its VPC
 * @param vpcIpv4CidrBlock the VPC's primary IPv4 block
 * @param vpcIpv4CidrBlocks all IPv4 blocks of the VPC; empty if there are none
 * @param vpcIpv6CidrBlocks all IPv6 blocks of the VPC; empty if there are none
 */
public record NetworkInterface(
    String mac,
    Optional<Integer> deviceNumber,
    Optional<Integer> networkCard,
    Optional<String> interfaceId,
    Optional<String> ownerId,
    Optional<String> localHostname,
    Optional<String> publicHostname,
    List<String> localIpv4s,
    List<String> publicIpv4s,
    Map<String, List<String>> ipv4Associations,
    List<String> ipv4Prefixes,
    List<String> ipv6s,
    List<String> ipv6Prefixes,
    List<String> securityGroups,
    List<String> securityGroupIds,
    Optional<String> subnetId,
    Optional<String> subnetIpv4CidrBlock,
    List<String> subnetIpv6CidrBlocks,
    Optional<String> vpcId,
    Optional<String> vpcIpv4CidrBlock,
    List<String> vpcIpv4CidrBlocks,
    List<String> vpcIpv6CidrBlocks) {
  private static final String MACS = "meta-data/network/interfaces/macs/";

  /**
   * Checks that nothing is null, and copies the collections.
   *
   * @param mac as above
   * @param deviceNumber as above
   * @param networkCard as above
   * @param interfaceId as above
   * @param ownerId as above
   * @param localHostname as above
   * @param publicHostname as above
   * @param localIpv4s as above
   * @param publicIpv4s as above
   * @param ipv4Associations as above
   * @param ipv4Prefixes as above
   * @param ipv6s as above
   * @param ipv6Prefixes as above
   * @param securityGroups as above
   * @param securityGroupIds as above
   * @param subnetId as above
   * @param subnetIpv4CidrBlock as above
   * @param subnetIpv6CidrBlocks as above
   * @param vpcId as above
   * @param vpcIpv4CidrBlock as above
   * @param vpcIpv4CidrBlocks as above
   * @param vpcIpv6CidrBlocks as above
   */
  public NetworkInterface {
    Objects.requireNonNull(mac, "mac");
    Objects.requireNonNull(deviceNumber, "deviceNumber");
    Objects.requireNonNull(networkCard, "networkCard");
    Objects.requireNonNull(interfaceId, "interfaceId");
    Objects.requireNonNull(ownerId, "ownerId");
    Objects.requireNonNull(localHostname, "localHostname");
    Objects.requireNonNull(publicHostname, "publicHostname");
    localIpv4s = List.copyOf(Objects.requireNonNull(localIpv4s, "localIpv4s"));
    publicIpv4s = List.copyOf(Objects.requireNonNull(publicIpv4s, "publicIpv4s"));
    Objects.requireNonNull(ipv4Associations, "ipv4Associations");
    Map<String, List<String>> copy = new LinkedHashMap<>();
    ipv4Associations.forEach((address, behind) -> copy.put(address, List.copyOf(behind)));
    ipv4Associations = Collections.unmodifiableMap(copy);
    ipv4Prefixes = List.copyOf(Objects.requireNonNull(ipv4Prefixes, "ipv4Prefixes"));
    ipv6s = List.copyOf(Objects.requireNonNull(ipv6s, "ipv6s"));
    ipv6Prefixes = List.copyOf(Objects.requireNonNull(ipv6Prefixes, "ipv6Prefixes"));
    securityGroups = List.copyOf(Objects.requireNonNull(securityGroups, "securityGroups"));
    securityGroupIds = List.copyOf(Objects.requireNonNull(securityGroupIds, "securityGroupIds"));
    Objects.requireNonNull(subnetId, "subnetId");
    Objects.requireNonNull(subnetIpv4CidrBlock, "subnetIpv4CidrBlock");
    subnetIpv6CidrBlocks =
        List.copyOf(Objects.requireNonNull(subnetIpv6CidrBlocks, "subnetIpv6CidrBlocks"));
    Objects.requireNonNull(vpcId, "vpcId");
    Objects.requireNonNull(vpcIpv4CidrBlock, "vpcIpv4CidrBlock");
    vpcIpv4CidrBlocks = List.copyOf(Objects.requireNonNull(vpcIpv4CidrBlocks, "vpcIpv4CidrBlocks"));
    vpcIpv6CidrBlocks = List.copyOf(Objects.requireNonNull(vpcIpv6CidrBlocks, "vpcIpv6CidrBlocks"));
  }

  static List<NetworkInterface> readAll(PathReader paths) {
    return paths.names(MACS, Lines.MACS).stream().map(mac -> read(paths, mac)).toList();
  }

  private static NetworkInterface read(PathReader paths, String mac) {
    Attributes of = new Attributes(paths, MACS + mac + "/");
    return new NetworkInterface(
        mac,
        of.number("device-number"),
        of.number("network-card").or(() -> of.number("network-card-index")),
        of.value("interface-id"),
        of.value("owner-id"),
        of.value("local-hostname"),
        of.value("public-hostname"),
        of.lines("local-ipv4s", Lines.ADDRESSES),
        of.lines("public-ipv4s", Lines.ADDRESSES),
        of.children("ipv4-associations"),
        of.lines("ipv4-prefix", Lines.ADDRESSES),
        of.lines("ipv6s", Lines.ADDRESSES),
        of.lines("ipv6-prefix", Lines.ADDRESSES),
        of.lines("security-groups", Lines.GROUPS),
        of.lines("security-group-ids", Lines.IDS),
        of.value("subnet-id"),
        of.value("subnet-ipv4-cidr-block"),
        of.lines("subnet-ipv6-cidr-blocks", Lines.ADDRESSES),
        of.value("vpc-id"),
        of.value("vpc-ipv4-cidr-block"),
        of.lines("vpc-ipv4-cidr-blocks", Lines.ADDRESSES),
        of.lines("vpc-ipv6-cidr-blocks", Lines.ADDRESSES));
  }

  /**
   * Only what the interface lists is asked for: with fifteen interfaces of which each has half of
   * the attributes, the rest would be hundreds of requests against a limit of 1024 packets a second
   * that DNS shares.
   */
  private static final class Attributes {
    private final PathReader paths;
    private final String base;
    private final Set<String> listed;

    Attributes(PathReader paths, String base) {
      this.paths = paths;
      this.base = base;
      this.listed = new HashSet<>(paths.names(base, Lines.ATTRIBUTES));
    }

    Optional<String> value(String name) {
      return listed.contains(name) ? paths.value(base + name) : Optional.empty();
    }

    Optional<Integer> number(String name) {
      return listed.contains(name) ? paths.number(base + name) : Optional.empty();
    }

    List<String> lines(String name, Lines sort) {
      return listed.contains(name) ? paths.lines(base + name, sort) : List.of();
    }

    Map<String, List<String>> children(String name) {
      Map<String, List<String>> children = new LinkedHashMap<>();
      if (listed.contains(name)) {
        String directory = base + name + "/";
        paths
            .names(directory, Lines.IPV4)
            .forEach(key -> children.put(key, paths.lines(directory + key, Lines.ADDRESSES)));
      }
      return children;
    }
  }
}
