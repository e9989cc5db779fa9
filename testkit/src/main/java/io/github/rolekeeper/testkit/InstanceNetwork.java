package io.github.rolekeeper.testkit;

import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import java.util.Locale;
import java.util.Optional;

/** The one network interface of an instance, in the one subnet of the account. */
final class InstanceNetwork {
  static final String SUBNET_ID = "subnet-0a1b2c3d4e5f60718";
  static final String VPC_ID = "vpc-0f1e2d3c4b5a69788";

  /** The largest that EC2 allows: room for 65,000 instances. */
  static final String IPV4_BLOCK = "10.0.0.0/16";

  // 2001:db8::/32 is reserved for documentation, RFC 3849.
  static final String IPV6_SUBNET_BLOCK = "2001:db8:1234:1a00::/64";
  static final String IPV6_VPC_BLOCK = "2001:db8:1234:1a00::/56";

  private final String region;
  private final String domain;
  private final Instance instance;

  InstanceNetwork(World world, Instance instance) {
    this.region = world.region();
    this.domain = world.partition().domain();
    this.instance = instance;
  }

  /** Locally administered, as EC2's are, with the private address in it. */
  String mac() {
    var mac = new StringBuilder("02:00");
    for (String part : instance.privateIp.split("\\.", -1)) {
      mac.append(String.format(Locale.ROOT, ":%02x", Integer.parseInt(part)));
    }
    return mac.toString();
  }

  String privateHost() {
    return "ip-"
        + dashed(instance.privateIp)
        + (isFirstRegion() ? ".ec2" : dot() + "compute")
        + ".internal";
  }

  Optional<String> publicIp() {
    return Optional.ofNullable(instance.publicIp());
  }

  Optional<String> publicHost() {
    return publicIp()
        .map(
            ip ->
                "ec2-"
                    + dashed(ip)
                    + (isFirstRegion() ? ".compute-1" : dot() + "compute")
                    + "."
                    + domain);
  }

  Optional<String> ipv6() {
    return instance.options.is(Trait.IPV6)
        ? Optional.of("2001:db8:1234:1a00::" + Integer.toHexString(instance.number + 4))
        : Optional.empty();
  }

  private String dot() {
    return "." + region + ".";
  }

  /** Names in us-east-1 are older than the scheme of the other Regions (EC2 User Guide). */
  private boolean isFirstRegion() {
    return region.equals("us-east-1");
  }

  private static String dashed(String ip) {
    return ip.replace('.', '-');
  }
}
