package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** EC2, Query protocol, 2016-11-15. */
final class Ec2Service {
  static final String NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";

  private final World world;

  Ec2Service(World world) {
    this.world = world;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "RunInstances", Operation.write(this::runInstances),
        "DescribeInstances", Operation.read(this::describeInstances),
        "StopInstances", Operation.write(this::stopInstances),
        "StartInstances", Operation.write(this::startInstances),
        "TerminateInstances", Operation.write(this::terminateInstances),
        "AssociateIamInstanceProfile", Operation.write(this::associate),
        "DisassociateIamInstanceProfile", Operation.write(this::disassociate),
        "ReplaceIamInstanceProfileAssociation", Operation.write(this::replace),
        "DescribeIamInstanceProfileAssociations", Operation.read(this::describeAssociations));
  }

  private Consumer<Xml> runInstances(Parameters parameters, Caller caller) {
    require(caller, "RunInstances", "instance/*");
    InstanceProfile profile = null;
    if (parameters.optional("IamInstanceProfile.Name").isPresent()
        || parameters.optional("IamInstanceProfile.Arn").isPresent()) {
      profile = profileToPass(parameters, caller);
    }
    var tags = new LinkedHashMap<String, String>();
    for (Parameters specification : parameters.structures("TagSpecification")) {
      if ("instance".equals(specification.get("ResourceType", ""))) {
        specification
            .structures("Tag")
            .forEach(tag -> tags.put(tag.required("Key"), tag.get("Value", "")));
      }
    }
    var launch =
        new Instance.Launch(
            parameters.required("ImageId"),
            parameters.get("InstanceType", "m1.small"),
            "required".equals(parameters.get("MetadataOptions.HttpTokens", "optional")),
            parameters.structures("NetworkInterface").stream()
                .anyMatch(nic -> "true".equals(nic.get("AssociatePublicIpAddress", ""))),
            "spot".equals(parameters.get("InstanceMarketOptions.MarketType", "")),
            tags);
    int count = Integer.parseInt(parameters.get("MinCount", "1"));
    var launched = new ArrayList<Instance>();
    for (int i = 0; i < count; i++) {
      launched.add(world.launch(launch, profile));
    }
    return xml -> reservation(xml, launched.get(0).reservationId, launched);
  }

  private Consumer<Xml> describeInstances(Parameters parameters, Caller caller) {
    require(caller, "DescribeInstances", "*");
    List<Instance> found = new ArrayList<>(named(parameters));
    for (Parameters filter : parameters.structures("Filter")) {
      String name = filter.required("Name");
      List<String> values = filter.list("Value");
      found.removeIf(instance -> !values.contains(filtered(instance, name)));
    }
    return xml ->
        xml.list(
            "reservationSet",
            "item",
            found,
            (each, instance) -> reservation(each, instance.reservationId, List.of(instance)));
  }

  private String filtered(Instance instance, String filter) {
    Association association = instance.association;
    if (filter.startsWith("tag:")) {
      return instance.tags.getOrDefault(filter.substring("tag:".length()), "");
    }
    return switch (filter) {
      case "instance-id" -> instance.id;
      case "instance-state-name" -> instance.state.wireName();
      case "iam-instance-profile.arn" -> association == null ? "" : association.profileArn();
      case "iam-instance-profile.id" -> association == null ? "" : world.profileIdOf(association);
      default -> throw unknownFilter(filter);
    };
  }

  private Consumer<Xml> stopInstances(Parameters parameters, Caller caller) {
    return changeState(parameters, caller, "StopInstances", world::stop);
  }

  private Consumer<Xml> startInstances(Parameters parameters, Caller caller) {
    return changeState(parameters, caller, "StartInstances", world::start);
  }

  private Consumer<Xml> terminateInstances(Parameters parameters, Caller caller) {
    return changeState(parameters, caller, "TerminateInstances", world::terminate);
  }

  private Consumer<Xml> changeState(
      Parameters parameters, Caller caller, String action, Consumer<Instance> change) {
    parameters.required("InstanceId.1");
    List<Instance> instances = named(parameters);
    for (Instance instance : instances) {
      require(caller, action, "instance/" + instance.id);
      if (instance.state == Instance.State.TERMINATED && !"TerminateInstances".equals(action)) {
        throw new AwsError(
            400,
            "IncorrectInstanceState",
            "This instance '"
                + instance.id
                + "' is not in a state from which it can be"
                + ("StartInstances".equals(action) ? " started." : " stopped."));
      }
    }
    if ("true".equals(parameters.get("DryRun", ""))) {
      throw new AwsError(
          412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }
    var before = new LinkedHashMap<Instance, Instance.State>();
    for (Instance instance : instances) {
      before.put(instance, instance.state);
      change.accept(instance);
    }
    return xml ->
        xml.list(
            "instancesSet",
            "item",
            before.entrySet(),
            (each, change1) -> {
              each.element("instanceId", change1.getKey().id);
              state(each, "currentState", change1.getKey().state);
              state(each, "previousState", change1.getValue());
            });
  }

  private Consumer<Xml> associate(Parameters parameters, Caller caller) {
    Instance instance = world.instance(parameters.required("InstanceId"));
    require(caller, "AssociateIamInstanceProfile", "instance/" + instance.id);
    InstanceProfile profile = profileToPass(parameters, caller);
    if (instance.state == Instance.State.TERMINATED) {
      throw new AwsError(
          400,
          "IncorrectInstanceState",
          "The instance '" + instance.id + "' is not in the 'running' or 'stopped' states.");
    }
    Association association = world.associate(instance, profile);
    return xml -> association(xml, association, "associating");
  }

  private Consumer<Xml> replace(Parameters parameters, Caller caller) {
    Association current = association(parameters.required("AssociationId"));
    require(caller, "ReplaceIamInstanceProfileAssociation", "instance/" + current.instanceId());
    InstanceProfile profile = profileToPass(parameters, caller);
    Instance instance = world.instance(current.instanceId());
    // What AWS answers for an instance that is not running (aws-cli #5251).
    if (instance.state != Instance.State.RUNNING) {
      throw new AwsError(
          400,
          "IncorrectState",
          "The association " + current.id() + " is not the active association");
    }
    Association association = world.replace(instance, profile);
    return xml -> association(xml, association, "associating");
  }

  private Consumer<Xml> disassociate(Parameters parameters, Caller caller) {
    Association current = association(parameters.required("AssociationId"));
    require(caller, "DisassociateIamInstanceProfile", "instance/" + current.instanceId());
    world.disassociate(world.instance(current.instanceId()));
    return xml -> association(xml, current, "disassociating");
  }

  private Consumer<Xml> describeAssociations(Parameters parameters, Caller caller) {
    require(caller, "DescribeIamInstanceProfileAssociations", "*");
    List<Association> found = world.associations();
    List<String> ids = parameters.list("AssociationId");
    ids.forEach(this::association);
    if (!ids.isEmpty()) {
      found.removeIf(association -> !ids.contains(association.id()));
    }
    for (Parameters filter : parameters.structures("Filter")) {
      List<String> values = filter.list("Value");
      switch (filter.required("Name")) {
        case "instance-id" -> found.removeIf(each -> !values.contains(each.instanceId()));
        case "state" -> found.removeIf(each -> !values.contains("associated"));
        default -> throw unknownFilter(filter.required("Name"));
      }
    }
    return xml ->
        xml.list(
            "iamInstanceProfileAssociationSet",
            "item",
            found,
            (each, association) -> describe(each, association, "associated"));
  }

  private static AwsError unknownFilter(String name) {
    return new AwsError(400, "InvalidParameterValue", "The filter '" + name + "' is invalid");
  }

  private List<Instance> named(Parameters parameters) {
    List<String> ids = parameters.list("InstanceId");
    return ids.isEmpty()
        ? List.copyOf(world.instances())
        : ids.stream().distinct().map(world::instance).toList();
  }

  private Association association(String id) {
    if (!id.startsWith("iip-assoc-")) {
      throw new AwsError(
          400, "InvalidParameterValue", "Invalid value '" + id + "' for associationId");
    }
    return world.associations().stream()
        .filter(association -> association.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new AwsError(
                    400,
                    "InvalidAssociationID.NotFound",
                    "The association ID '" + id + "' does not exist"));
  }

  private InstanceProfile profileToPass(Parameters parameters, Caller caller) {
    InstanceProfile profile = requestedProfile(parameters);
    Role role = profile.role;
    if (role != null) {
      caller.require("iam:PassRole", role.arn, Denials.EC2);
    }
    return profile;
  }

  /** EC2 does not tell a profile that is missing from one that it cannot see yet. */
  private InstanceProfile requestedProfile(Parameters parameters) {
    String arn = parameters.get("IamInstanceProfile.Arn", "");
    String name = parameters.get("IamInstanceProfile.Name", "");
    if (arn.isEmpty() == name.isEmpty()) {
      throw arn.isEmpty()
          ? new AwsError(
              400, "MissingParameter", "The request must contain the parameter iamInstanceProfile")
          : new AwsError(
              400,
              "InvalidParameterCombination",
              "The parameter 'iamInstanceProfile.name' may not be used in combination with"
                  + " 'iamInstanceProfile.arn'");
    }
    return world.profiles().stream()
        .filter(each -> arn.isEmpty() ? each.name.equalsIgnoreCase(name) : each.arn.equals(arn))
        .findFirst()
        .orElseThrow(
            () ->
                arn.isEmpty()
                    ? invalidProfile(name, "name", "name")
                    : invalidProfile(arn, "arn", "ARN"));
  }

  private static AwsError invalidProfile(String value, String member, String kind) {
    return new AwsError(
        400,
        "InvalidParameterValue",
        "Value ("
            + value
            + ") for parameter iamInstanceProfile."
            + member
            + " is invalid. Invalid IAM Instance Profile "
            + kind);
  }

  private void association(Xml xml, Association association, String state) {
    xml.element("iamInstanceProfileAssociation", each -> describe(each, association, state));
  }

  private void describe(Xml xml, Association association, String state) {
    xml.element("associationId", association.id())
        .element("instanceId", association.instanceId())
        .element("iamInstanceProfile", each -> profile(each, association))
        .element("state", state)
        .element("timestamp", association.since());
  }

  private void profile(Xml xml, Association association) {
    xml.element("arn", association.profileArn()).element("id", world.profileIdOf(association));
  }

  private void reservation(Xml xml, String id, List<Instance> instances) {
    xml.element("reservationId", id)
        .element("ownerId", world.accountId())
        .element("groupSet", none -> {})
        .list("instancesSet", "item", instances, this::describe);
  }

  private void describe(Xml xml, Instance instance) {
    xml.element("instanceId", instance.id).element("imageId", instance.imageId);
    state(xml, "instanceState", instance.state);
    xml.element("privateDnsName", "ip-" + instance.privateIp.replace('.', '-') + ".ec2.internal")
        .element("amiLaunchIndex", 0)
        .element("instanceType", instance.type)
        .element("launchTime", instance.launched)
        .element(
            "placement",
            each ->
                each.element("availabilityZone", world.region() + "a")
                    .element("tenancy", "default"))
        .element("monitoring", each -> each.element("state", "disabled"))
        .element("privateIpAddress", instance.privateIp);
    if (instance.publicIp != null && instance.state == Instance.State.RUNNING) {
      xml.element("ipAddress", instance.publicIp);
    }
    xml.element("architecture", "x86_64")
        .element("rootDeviceType", "ebs")
        .element("rootDeviceName", "/dev/xvda")
        .element("blockDeviceMapping", none -> {})
        .element("virtualizationType", "hvm");
    if (instance.lifecycle != null) {
      xml.element("instanceLifecycle", instance.lifecycle);
    }
    xml.list(
        "tagSet",
        "item",
        instance.tags.entrySet(),
        (each, tag) -> each.element("key", tag.getKey()).element("value", tag.getValue()));
    xml.list(
        "networkInterfaceSet",
        "item",
        Set.of(instance),
        (each, owner) -> networkInterface(each, owner));
    Association association = instance.association;
    if (association != null) {
      xml.element("iamInstanceProfile", each -> profile(each, association));
    }
    xml.element(
        "metadataOptions",
        each ->
            each.element("state", "applied")
                .element("httpTokens", instance.tokensRequired ? "required" : "optional")
                .element("httpPutResponseHopLimit", 1)
                .element("httpEndpoint", "enabled"));
  }

  private void networkInterface(Xml xml, Instance instance) {
    xml.element("networkInterfaceId", instance.networkInterfaceId)
        .element("ownerId", world.accountId())
        .element("status", "in-use")
        .element("privateIpAddress", instance.privateIp);
    String publicIp = instance.publicIp;
    if (publicIp != null && instance.state == Instance.State.RUNNING) {
      xml.element(
          "association",
          each ->
              each.element("publicIp", Objects.requireNonNull(publicIp))
                  .element("ipOwnerId", "amazon"));
    }
  }

  private static void state(Xml xml, String element, Instance.State state) {
    xml.element(
        element, each -> each.element("code", state.code).element("name", state.wireName()));
  }

  private void require(Caller caller, String action, String resource) {
    caller.require(
        "ec2:" + action, "*".equals(resource) ? resource : world.ec2Arn(resource), Denials.EC2);
  }
}
