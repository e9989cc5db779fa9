package io.github.rolekeeper.testkit;

import java.util.Map;
import java.util.function.Consumer;

/** IAM's operations on the versions of a managed policy. */
final class IamPolicyVersions {
  // Both from the IAM quotas page; sizes in characters, white space not counted.
  private static final int SIZE_QUOTA = 6144;
  private static final int VERSION_QUOTA = 5;

  private final World world;
  private final IamEntities entities;

  IamPolicyVersions(World world) {
    this.world = world;
    this.entities = new IamEntities(world);
  }

  Map<String, Operation> operations() {
    return Map.of(
        "CreatePolicyVersion",
            Operation.write(this::create, "PolicyArn", "PolicyDocument", "SetAsDefault"),
        "GetPolicyVersion", Operation.read(this::get, "PolicyArn", "VersionId"),
        "ListPolicyVersions", Operation.read(this::list, "PolicyArn", "Marker", "MaxItems"),
        "SetDefaultPolicyVersion", Operation.write(this::setDefault, "PolicyArn", "VersionId"),
        "DeletePolicyVersion", Operation.write(this::delete, "PolicyArn", "VersionId"));
  }

  /** The document that a request brings for a managed policy. */
  static String document(Parameters parameters, Partition partition) {
    String document = IamInput.required(parameters, "PolicyDocument");
    PolicyDocument.check(document, PolicyDocument.Kind.IDENTITY, partition);
    if (PolicyDocument.size(document) > SIZE_QUOTA) {
      throw IamInput.quota("PolicySize", SIZE_QUOTA);
    }
    return document;
  }

  private Consumer<Xml> create(Parameters parameters, Caller caller) {
    ManagedPolicy policy = own(parameters, caller, "CreatePolicyVersion");
    String document = document(parameters, world.partition());
    boolean setAsDefault = IamInput.flag(parameters, "SetAsDefault");
    if (policy.versions.size() >= VERSION_QUOTA) {
      throw new AwsError(
          409,
          "LimitExceeded",
          "A managed policy can have up to "
              + VERSION_QUOTA
              + " versions. Before you create a new version, you must delete an existing version.");
    }
    ManagedPolicy.Version version = policy.add(document, world.now());
    if (setAsDefault) {
      policy.defaultVersion = version.number();
    }
    return xml -> xml.element("PolicyVersion", each -> IamXml.listedVersion(each, policy, version));
  }

  private Consumer<Xml> get(Parameters parameters, Caller caller) {
    ManagedPolicy policy = entities.policy(parameters, caller, "GetPolicyVersion");
    ManagedPolicy.Version version = version(policy, parameters);
    return xml -> xml.element("PolicyVersion", each -> IamXml.version(each, policy, version));
  }

  private Consumer<Xml> list(Parameters parameters, Caller caller) {
    ManagedPolicy policy = entities.policy(parameters, caller, "ListPolicyVersions");
    return IamXml.page(
        "Versions",
        IamInput.page(
            world,
            parameters,
            "ListPolicyVersions" + policy.arn,
            policy.versions.descendingMap().values(),
            // Newest first, whatever the number of digits.
            version -> Integer.toString(Integer.MAX_VALUE - version.number())),
        (xml, version) -> IamXml.listedVersion(xml, policy, version));
  }

  private Consumer<Xml> setDefault(Parameters parameters, Caller caller) {
    ManagedPolicy policy = own(parameters, caller, "SetDefaultPolicyVersion");
    policy.defaultVersion = version(policy, parameters).number();
    return IamXml::nothing;
  }

  private Consumer<Xml> delete(Parameters parameters, Caller caller) {
    ManagedPolicy policy = own(parameters, caller, "DeletePolicyVersion");
    ManagedPolicy.Version version = version(policy, parameters);
    if (version.number() == policy.defaultVersion) {
      throw new AwsError(409, "DeleteConflict", "Cannot delete the default version of a policy.");
    }
    policy.versions.remove(version.number());
    return IamXml::nothing;
  }

  private ManagedPolicy own(Parameters parameters, Caller caller, String action) {
    return IamEntities.own(entities.policy(parameters, caller, action), caller, action);
  }

  private static ManagedPolicy.Version version(ManagedPolicy policy, Parameters parameters) {
    String id = IamInput.required(parameters, "VersionId");
    return policy.versions.values().stream()
        .filter(version -> version.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                IamInput.missing(
                    "Policy "
                        + policy.arn
                        + " version "
                        + id
                        + " does not exist or is not attachable."));
  }
}
