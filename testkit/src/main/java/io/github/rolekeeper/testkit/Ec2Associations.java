package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The four calls that tie an instance to an instance profile. */
final class Ec2Associations {
  private final World world;
  private final Ec2Input input;

  Ec2Associations(World world, Ec2Input input) {
    this.world = world;
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "AssociateIamInstanceProfile",
            Operation.write(this::associate, "InstanceId", "IamInstanceProfile"),
        "DisassociateIamInstanceProfile", Operation.write(this::disassociate, "AssociationId"),
        "ReplaceIamInstanceProfileAssociation",
            Operation.write(this::replace, "AssociationId", "IamInstanceProfile"),
        "DescribeIamInstanceProfileAssociations",
            Operation.read(this::describe, "AssociationId", "Filter", "MaxResults", "NextToken"));
  }

  private Consumer<Xml> associate(Parameters parameters, Caller caller) {
    Instance instance = input.instance(parameters.required("InstanceId"));
    input.require(caller, "AssociateIamInstanceProfile", "instance/" + instance.id);
    InstanceProfile profile = profileToPass(world, parameters, caller, true);
    if (instance.state != Instance.State.RUNNING && instance.state != Instance.State.STOPPED) {
      throw new AwsError(
          400,
          "IncorrectInstanceState",
          "The instance '" + instance.id + "' is not in the 'running' or 'stopped' states.");
    }
    return single(world.associate(instance, profile));
  }

  private Consumer<Xml> replace(Parameters parameters, Caller caller) {
    String id = associationId(parameters);
    Instance instance = owner(id).or(() -> formerOwner(id)).orElseThrow(() -> notFound(id));
    input.require(caller, "ReplaceIamInstanceProfileAssociation", "instance/" + instance.id);
    InstanceProfile profile = profileToPass(world, parameters, caller, true);
    Association current = instance.association;
    // What AWS answers for an instance that is not running (aws-cli #5251), or for an association
    // that was replaced before (terraform-provider-aws #8262).
    if (instance.state != Instance.State.RUNNING || current == null || !current.id().equals(id)) {
      throw new AwsError(
          400, "IncorrectState", "The association " + id + " is not the active association");
    }
    return single(world.replace(instance, profile));
  }

  private Consumer<Xml> disassociate(Parameters parameters, Caller caller) {
    String id = associationId(parameters);
    Instance instance = owner(id).orElseThrow(() -> notFound(id));
    input.require(caller, "DisassociateIamInstanceProfile", "instance/" + instance.id);
    Association current = instance.association;
    // Ending what is ending already changes nothing.
    return single(
        current != null && current.id().equals(id)
            ? world.disassociate(instance)
            : instance.ending.stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> notFound(id)));
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeIamInstanceProfileAssociations", "*");
    List<Association> found = world.associations();
    List<String> ids = parameters.list("AssociationId");
    for (String id : ids) {
      if (owner(id).isEmpty()) {
        throw notFound(id);
      }
    }
    if (!ids.isEmpty()) {
      found.removeIf(association -> !ids.contains(association.id()));
    }
    List<Association> matching =
        Ec2Input.filtered(
            parameters,
            found,
            filter ->
                switch (filter) {
                  case "instance-id" -> each -> List.of(each.instanceId());
                  case "state" -> each -> List.of(each.state().wireName());
                  default -> null;
                });
    Page<Association> page =
        input.page(parameters, matching, Association::id, "iam-instance-profile-associations");
    return xml -> {
      xml.list(
          "iamInstanceProfileAssociationSet",
          "item",
          page.items(),
          (each, association) -> describe(each, association));
      Ec2Input.next(xml, page);
    };
  }

  private static String associationId(Parameters parameters) {
    String id = parameters.required("AssociationId");
    if (!id.startsWith("iip-assoc-")) {
      throw new AwsError(
          400, "InvalidParameterValue", "Invalid value '" + id + "' for associationId");
    }
    return id;
  }

  private Optional<Instance> owner(String id) {
    return world.associations().stream()
        .filter(association -> association.id().equals(id))
        .findFirst()
        .map(association -> world.instance(association.instanceId()));
  }

  private Optional<Instance> formerOwner(String id) {
    return world.instances().stream().filter(each -> each.superseded.contains(id)).findFirst();
  }

  private static AwsError notFound(String id) {
    return new AwsError(
        400, "InvalidAssociationID.NotFound", "The association ID '" + id + "' does not exist");
  }

  /**
   * The profile that a request names, if the caller may give its role to EC2.
   *
   * @param associating false for a launch
   */
  static InstanceProfile profileToPass(
      World world, Parameters parameters, Caller caller, boolean associating) {
    InstanceProfile profile = requested(world, parameters, associating);
    if (profile.roleInEc2 == null && world.follows(Rule.PROFILE_WITHOUT_ROLE_IS_REFUSED)) {
      throw new AwsError(
          400,
          "InvalidParameterValue",
          "IAM Instance Profile \"" + profile.arn + "\" has no associated IAM Roles");
    }
    Role role = profile.role;
    if (role != null) {
      caller.requirePassRole(role, world.partition().passedByEc2(), Denials.EC2);
    }
    return profile;
  }

  /** EC2 does not tell a profile that is missing from one that it cannot see yet. */
  private static InstanceProfile requested(
      World world, Parameters parameters, boolean associating) {
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
    Predicate<InstanceProfile> named =
        each -> arn.isEmpty() ? each.name.equalsIgnoreCase(name) : each.arn.equals(arn);
    Optional<InstanceProfile> seen = world.profilesInEc2().stream().filter(named).findFirst();
    if (seen.isPresent()) {
      return seen.get();
    }
    boolean onItsWay =
        associating
            && !world.follows(Rule.PROFILE_ON_ITS_WAY_IS_INVALID)
            && world.profiles().stream().anyMatch(named);
    if (onItsWay) {
      throw onItsWay(world, arn.isEmpty() ? name : arn.substring(arn.lastIndexOf('/') + 1));
    }
    throw arn.isEmpty() ? invalidProfile(name, "name", "name") : invalidProfile(arn, "arn", "ARN");
  }

  private static AwsError onItsWay(World world, String name) {
    return new AwsError(
        400,
        "IncorrectState",
        "ResultDetail: { Code=InstanceIdentityProfileNotFound, Message=InstanceIdentityProfile not"
            + " found for the key: "
            + world.accountId()
            + "/"
            + name
            + ", RequestId="
            + world.ids.request()
            + " }");
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

  private Consumer<Xml> single(Association association) {
    return xml -> xml.element("iamInstanceProfileAssociation", each -> describe(each, association));
  }

  private void describe(Xml xml, Association association) {
    xml.element("associationId", association.id())
        .element("instanceId", association.instanceId())
        .element("iamInstanceProfile", each -> profile(world, each, association))
        .element("state", association.state().wireName())
        .element("timestamp", association.since());
  }

  static void profile(World world, Xml xml, Association association) {
    xml.element("arn", association.profileArn()).element("id", world.profileIdOf(association));
  }
}
