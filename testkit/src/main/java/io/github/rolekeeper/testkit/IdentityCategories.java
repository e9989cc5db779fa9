package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.testkit.InstanceOptions.Detail;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** {@code dynamic/…}: what an instance is, signed. */
final class IdentityCategories {
  private static final String SINCE = "2009-04-04";

  private IdentityCategories() {}

  static void tell(MetadataTree tree, Instance instance, World world) {
    tree.put(
        SINCE,
        "dynamic/fws/instance-monitoring",
        instance.options.is(Trait.DETAILED_MONITORING) ? "enabled" : "disabled");
    String directory = "dynamic/instance-identity/";
    tree.put(SINCE, directory + "document", () -> document(instance, world));
    signed(tree, directory + "pkcs7", instance, world, IdentityKey.dsa()::pkcs7);
    signed(tree, directory + "rsa2048", instance, world, IdentityKey.rsa()::pkcs7);
    signed(tree, directory + "signature", instance, world, IdentityKey.rsa()::sign);
  }

  private static void signed(
      MetadataTree tree,
      String path,
      Instance instance,
      World world,
      Function<byte[], String> signer) {
    tree.put(
        SINCE,
        path,
        () -> signer.apply(document(instance, world).getBytes(StandardCharsets.UTF_8)));
  }

  private static String document(Instance instance, World world) {
    InstanceOptions options = instance.options;
    ObjectNode document = MetadataJson.object();
    document.put("accountId", world.accountId());
    document.put("architecture", "x86_64");
    document.put("availabilityZone", world.region() + "a");
    document.putNull("billingProducts");
    document.putNull("devpayProductCodes");
    Optional<String> codes = options.detail(Detail.PRODUCT_CODES);
    if (codes.isPresent()) {
      ArrayNode listed = document.putArray("marketplaceProductCodes");
      codes.get().lines().forEach(listed::add);
    } else {
      document.putNull("marketplaceProductCodes");
    }
    document.put("imageId", options.imageId());
    document.put("instanceId", instance.id);
    document.put("instanceType", options.type());
    document.put("kernelId", options.detail(Detail.KERNEL_ID).orElse(null));
    document.put("pendingTime", MetadataJson.time(instance.launched));
    document.put("privateIp", instance.privateIp);
    document.put("ramdiskId", options.detail(Detail.RAMDISK_ID).orElse(null));
    document.put("region", world.region());
    document.put("version", "2017-09-30");
    return MetadataJson.write(document);
  }
}
