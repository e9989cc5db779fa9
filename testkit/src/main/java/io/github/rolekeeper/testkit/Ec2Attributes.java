package io.github.rolekeeper.testkit;

import java.util.Map;
import java.util.function.Consumer;

/** Attributes of an instance that are read and changed one by one. */
final class Ec2Attributes {
  private static final String[] CHANGEABLE = {"DisableApiStop", "DisableApiTermination"};

  private final Ec2Input input;

  Ec2Attributes(Ec2Input input) {
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "DescribeInstanceAttribute", Operation.read(this::describe),
        "ModifyInstanceAttribute", Operation.write(this::modify),
        "ModifyInstanceMetadataOptions", Operation.write(this::modifyMetadataOptions));
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    Instance instance = input.instance(parameters.required("InstanceId"));
    input.require(caller, "DescribeInstanceAttribute", "instance/" + instance.id);
    String attribute = parameters.required("Attribute");
    String value =
        switch (attribute) {
          case "disableApiStop" -> Boolean.toString(instance.stopProtected);
          case "disableApiTermination" -> Boolean.toString(instance.terminationProtected);
          case "instanceType" -> instance.options.type();
          case "instanceInitiatedShutdownBehavior" -> "stop";
          case "userData" -> instance.options.userData().orElse("");
          case "rootDeviceName" -> "/dev/xvda";
          case "ebsOptimized", "enaSupport" -> "false";
          default ->
              throw new AwsError(
                  400,
                  "InvalidParameterValue",
                  "Value (" + attribute + ") for parameter attribute is invalid.");
        };
    Ec2Input.endDryRun(parameters);
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
    int known = 0;
    for (String name : CHANGEABLE) {
      // Both ways in which clients send it: a member of its own, or Attribute and Value.
      String member = Character.toLowerCase(name.charAt(0)) + name.substring(1);
      boolean byName = member.equals(parameters.get("Attribute", ""));
      if (byName || parameters.optional(name + ".Value").isPresent()) {
        boolean value = Ec2Input.flag(parameters, byName ? "Value" : name + ".Value", false);
        Ec2Input.endDryRun(parameters);
        if (name.equals("DisableApiStop")) {
          instance.stopProtected = value;
        } else {
          instance.terminationProtected = value;
        }
        known++;
      }
    }
    if (known == 0) {
      throw new AwsError(
          400,
          "InvalidParameterCombination",
          "No attributes specified that the simulated account can change; it can change"
              + " disableApiStop and disableApiTermination.");
    }
    return xml -> xml.element("return", true);
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
    int hops = hopLimit(parameters, "HttpPutResponseHopLimit", options.hopLimit);
    if (tags) {
      Ec2LaunchDetails.requireTellable(instance.tags.keySet());
    }
    Ec2Input.endDryRun(parameters);
    options.enabled = enabled;
    options.tokensRequired = tokens;
    options.tagsEnabled = tags;
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
        .element("httpProtocolIpv6", "disabled")
        .element("instanceMetadataTags", options.tagsEnabled ? "enabled" : "disabled");
  }
}
