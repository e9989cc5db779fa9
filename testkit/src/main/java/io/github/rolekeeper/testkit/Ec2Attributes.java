package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Attributes of an instance that are read and changed one by one. */
final class Ec2Attributes {
  private static final String[] CHANGEABLE = {
    "DisableApiStop", "DisableApiTermination", "InstanceType"
  };

  private final Ec2Input input;

  Ec2Attributes(Ec2Input input) {
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "DescribeInstanceAttribute",
            Operation.read(this::describe, "InstanceId", "Attribute", "DryRun"),
        "ModifyInstanceAttribute",
            Operation.write(
                this::modify,
                "InstanceId",
                "Attribute",
                "Value",
                "DisableApiStop",
                "DisableApiTermination",
                "InstanceType",
                "DryRun"),
        "ModifyInstanceMetadataOptions",
            Operation.write(
                this::modifyMetadataOptions,
                "InstanceId",
                "HttpEndpoint",
                "HttpProtocolIpv6",
                "HttpPutResponseHopLimit",
                "HttpTokens",
                "InstanceMetadataTags",
                "DryRun"));
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    Instance instance = input.instance(parameters.required("InstanceId"));
    input.require(caller, "DescribeInstanceAttribute", "instance/" + instance.id);
    String attribute = parameters.required("Attribute");
    if (attribute.equals("groupSet")) {
      return xml ->
          xml.element("instanceId", instance.id)
              .list(
                  "groupSet",
                  "item",
                  instance.options.securityGroups(),
                  (each, group) ->
                      each.element("groupId", group.id()).element("groupName", group.name()));
    }
    String value =
        switch (attribute) {
          case "disableApiStop" -> Boolean.toString(instance.stopProtected);
          case "disableApiTermination" -> Boolean.toString(instance.terminationProtected);
          case "instanceType" -> instance.options.type();
          case "userData" -> instance.options.userData().orElse("");
          case "rootDeviceName" -> "/dev/xvda";
          case "kernel" -> instance.options.detail(InstanceOptions.Detail.KERNEL_ID).orElse("");
          case "ramdisk" -> instance.options.detail(InstanceOptions.Detail.RAMDISK_ID).orElse("");
          case "sourceDestCheck" -> "true";
          // A launch takes ebsOptimized and instanceInitiatedShutdownBehavior and forgets them.
          case "enaSupport" -> "false";
          default ->
              throw new AwsError(
                  400,
                  "InvalidParameterValue",
                  "Value (" + attribute + ") for parameter attribute is invalid.");
        };
    return xml ->
        xml.element("instanceId", instance.id)
            .element(
                attribute,
                each -> {
                  if (!value.isEmpty()) {
                    each.element("value", value);
                  }
                });
  }

  private Consumer<Xml> modify(Parameters parameters, Caller caller) {
    Instance instance = input.instance(parameters.required("InstanceId"));
    input.require(caller, "ModifyInstanceAttribute", "instance/" + instance.id);
    // Both ways in which clients send it: a member of its own, or Attribute and Value.
    var wanted = new TreeMap<String, String>();
    parameters.optional("Attribute").ifPresent(name -> wanted.put(name, "Value"));
    for (String name : CHANGEABLE) {
      if (parameters.optional(name + ".Value").isPresent()) {
        wanted.put(Character.toLowerCase(name.charAt(0)) + name.substring(1), name + ".Value");
      }
    }
    if (wanted.size() != 1
        || parameters.optional("Value").isPresent() != wanted.containsValue("Value")) {
      throw new AwsError(
          400,
          "InvalidParameterCombination",
          wanted.size() > 1
              ? "Fields for multiple attribute types specified: " + wanted.keySet()
              : "No attributes specified.");
    }
    String attribute = wanted.firstKey();
    String from = wanted.firstEntry().getValue();
    Runnable change =
        switch (attribute) {
          case "disableApiStop" -> {
            boolean value = Ec2Input.requiredFlag(parameters, from);
            yield () -> instance.stopProtected = value;
          }
          case "disableApiTermination" -> {
            boolean value = Ec2Input.requiredFlag(parameters, from);
            yield () -> instance.terminationProtected = value;
          }
          case "instanceType" -> typeChange(instance, parameters.required(from));
          default -> throw Parameters.unknown(attribute);
        };
    Ec2Input.endDryRun(parameters);
    change.run();
    return xml -> xml.element("return", true);
  }

  private static Runnable typeChange(Instance instance, String type) {
    if (instance.state != Instance.State.STOPPED) {
      throw new AwsError(
          400,
          "IncorrectInstanceState",
          "The instance '" + instance.id + "' is not in the 'stopped' state.");
    }
    Ec2InstanceTypes.requireForm(List.of(type));
    return () -> instance.options = instance.options.withImage(instance.options.imageId(), type);
  }

  private Consumer<Xml> modifyMetadataOptions(Parameters parameters, Caller caller) {
    Instance instance = input.instance(parameters.required("InstanceId"));
    input.require(caller, "ModifyInstanceMetadataOptions", "instance/" + instance.id);
    if (instance.state != Instance.State.RUNNING && instance.state != Instance.State.STOPPED) {
      throw new AwsError(
          400,
          "IncorrectInstanceState",
          "The instance '" + instance.id + "' is not in the 'running' or 'stopped' states.");
    }
    Instance.MetadataOptions options = instance.metadataOptions;
    boolean enabled = choice(parameters, "HttpEndpoint", "enabled", "disabled", options.enabled);
    boolean tokens =
        choice(parameters, "HttpTokens", "required", "optional", options.tokensRequired);
    boolean tags =
        choice(parameters, "InstanceMetadataTags", "enabled", "disabled", options.tagsEnabled);
    boolean ipv6 =
        choice(parameters, "HttpProtocolIpv6", "enabled", "disabled", options.ipv6Enabled);
    int hops = hopLimit(parameters, "HttpPutResponseHopLimit", options.hopLimit);
    if (tags) {
      Ec2LaunchDetails.requireTellable(instance.tags.keySet());
    }
    Ec2Input.endDryRun(parameters);
    options.enabled = enabled;
    options.tokensRequired = tokens;
    options.tagsEnabled = tags;
    options.ipv6Enabled = ipv6;
    options.hopLimit = hops;
    return xml ->
        xml.element("instanceId", instance.id)
            .element("instanceMetadataOptions", each -> metadataOptions(each, instance));
  }

  /** From 1 to 64 (EC2 API reference, InstanceMetadataOptionsRequest). */
  static int hopLimit(Parameters parameters, String name, int otherwise) {
    int hops = Ec2Input.integer(parameters, name, otherwise);
    if (hops < 1 || hops > 64) {
      throw new AwsError(
          400,
          "InvalidParameterValue",
          "Value ("
              + hops
              + ") for parameter HttpPutResponseHopLimit is invalid. Expecting 1 to 64.");
    }
    return hops;
  }

  /** A parameter of two values; the first means true. */
  static boolean choice(
      Parameters parameters, String name, String yes, String no, boolean otherwise) {
    String value = parameters.get(name, otherwise ? yes : no);
    if (!value.equals(yes) && !value.equals(no)) {
      throw new AwsError(
          400,
          "InvalidParameterValue",
          "Value ("
              + value
              + ") for parameter "
              + name
              + " is invalid. Expecting "
              + yes
              + " or "
              + no
              + ".");
    }
    return value.equals(yes);
  }

  static void metadataOptions(Xml xml, Instance instance) {
    Instance.MetadataOptions options = instance.metadataOptions;
    xml.element("state", "applied")
        .element("httpTokens", options.tokensRequired ? "required" : "optional")
        .element("httpPutResponseHopLimit", options.hopLimit)
        .element("httpEndpoint", options.enabled ? "enabled" : "disabled")
        .element("httpProtocolIpv6", options.ipv6Enabled ? "enabled" : "disabled")
        .element("instanceMetadataTags", options.tagsEnabled ? "enabled" : "disabled");
  }
}
