package io.github.rolekeeper.imds;

import java.util.Set;

/** {@code dynamic/instance-identity/document}. */
final class IdentityDocument {
  static final String PATH = "dynamic/instance-identity/document";

  private static final Set<String> WANTED =
      Set.of(
          "accountId",
          "architecture",
          "availabilityZone",
          "billingProducts",
          "devpayProductCodes",
          "imageId",
          "instanceId",
          "instanceType",
          "kernelId",
          "marketplaceProductCodes",
          "pendingTime",
          "privateIp",
          "ramdiskId",
          "region",
          "version");

  private IdentityDocument() {}

  static InstanceIdentityDocument parse(byte[] json) {
    JsonMembers members = JsonMembers.read(PATH, json, WANTED);
    if (members.saysNothing()) {
      throw members.malformed("says nothing of an instance");
    }
    return new InstanceIdentityDocument(
        members.text("accountId"),
        members.text("architecture"),
        members.text("availabilityZone"),
        members.list("billingProducts"),
        members.list("devpayProductCodes"),
        members.text("imageId"),
        members.text("instanceId"),
        members.text("instanceType"),
        members.text("kernelId"),
        members.list("marketplaceProductCodes"),
        members.instant("pendingTime"),
        members.text("privateIp"),
        members.text("ramdiskId"),
        members.text("region"),
        members.text("version"));
  }
}
