package io.github.rolekeeper.testkit;

import java.util.stream.Collectors;

/** {@code network/interfaces/macs/<mac>/…}. */
final class NetworkCategories {
  private static final String SINCE = "2011-01-01";

  private NetworkCategories() {}

  static void tell(MetadataTree tree, Instance instance, World world) {
    InstanceNetwork network = instance.network;
    String directory = "meta-data/network/interfaces/macs/" + network.mac() + "/";
    tree.put(SINCE, directory + "device-number", "0");
    tree.put(SINCE, directory + "interface-id", instance.networkInterfaceId);
    tree.put(SINCE, directory + "local-hostname", network.privateHost());
    tree.put(SINCE, directory + "local-ipv4s", instance.privateIp);
    tree.put(SINCE, directory + "mac", network.mac());
    tree.put("2020-10-27", directory + "network-card", "0");
    tree.put("2020-10-27", directory + "network-card-index", "0");
    tree.put(SINCE, directory + "owner-id", world.accountId());
    tree.put(SINCE, directory + "public-hostname", network.publicHost());
    tree.put(SINCE, directory + "public-ipv4s", network.publicIp());
    network
        .publicIp()
        .ifPresent(
            ip -> tree.put(SINCE, directory + "ipv4-associations/" + ip, instance.privateIp));
    tree.put(
        SINCE,
        directory + "security-groups",
        instance.options.securityGroups().stream()
            .map(InstanceOptions.SecurityGroup::name)
            .collect(Collectors.joining("\n")));
    tree.put(
        SINCE,
        directory + "security-group-ids",
        instance.options.securityGroups().stream()
            .map(InstanceOptions.SecurityGroup::id)
            .collect(Collectors.joining("\n")));
    tree.put(SINCE, directory + "subnet-id", InstanceNetwork.SUBNET_ID);
    tree.put(SINCE, directory + "subnet-ipv4-cidr-block", InstanceNetwork.IPV4_BLOCK);
    tree.put(SINCE, directory + "vpc-id", InstanceNetwork.VPC_ID);
    tree.put(SINCE, directory + "vpc-ipv4-cidr-block", InstanceNetwork.IPV4_BLOCK);
    tree.put("2016-06-30", directory + "vpc-ipv4-cidr-blocks", InstanceNetwork.IPV4_BLOCK);
    network
        .ipv6()
        .ifPresent(
            ip -> {
              String since = "2016-06-30";
              tree.put(since, directory + "ipv6s", ip);
              tree.put(
                  since, directory + "subnet-ipv6-cidr-blocks", InstanceNetwork.IPV6_SUBNET_BLOCK);
              tree.put(since, directory + "vpc-ipv6-cidr-blocks", InstanceNetwork.IPV6_VPC_BLOCK);
            });
    tree.put(
        "2021-07-15",
        directory + "ipv6-prefix",
        instance.options.detail(InstanceOptions.Detail.IPV6_PREFIX));
  }
}
