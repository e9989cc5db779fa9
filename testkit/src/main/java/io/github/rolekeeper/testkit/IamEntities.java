package io.github.rolekeeper.testkit;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds what an IAM request names. Permission is checked before existence, so that a stranger
 * learns nothing.
 */
final class IamEntities {
  private final World world;

  IamEntities(World world) {
    this.world = world;
  }

  /** The role as a write finds it. */
  Role role(Parameters parameters, Caller caller, String action) {
    return role(parameters, caller, action, new RequestContext());
  }

  Role role(Parameters parameters, Caller caller, String action, RequestContext keys) {
    String name = requireRole(parameters, caller, action, keys);
    return world.role(name);
  }

  /** The role to change; those of AWS's services cannot be. */
  Role ownRole(Parameters parameters, Caller caller, String action) {
    return own(role(parameters, caller, action));
  }

  /**
   * Lets pass what the account itself may change.
   *
   * @throws AwsError {@code UnmodifiableEntity} for a role that belongs to a service of AWS
   */
  static Role own(Role role) {
    if (role.path.startsWith("/aws-service-role/")) {
      throw new AwsError(
          400,
          "UnmodifiableEntity",
          "Cannot perform the operation on the protected role '"
              + role.name
              + "' - this role is only modifiable by AWS");
    }
    return role;
  }

  /**
   * Lets pass what the account itself may change. AWS's policies belong to another account: nobody
   * of this one has the permission.
   *
   * @throws AwsError {@code AccessDenied} for a policy of AWS
   */
  static ManagedPolicy own(ManagedPolicy policy, Caller caller, String action) {
    if (policy.ofAws()) {
      throw new AwsError(
          403,
          "AccessDenied",
          "User: "
              + caller.arn()
              + " is not authorized to perform: iam:"
              + action
              + " on resource: policy "
              + policy.arn);
    }
    return policy;
  }

  /** The role as a read shows it. */
  Role shownRole(Parameters parameters, Caller caller, String action) {
    String name = requireRole(parameters, caller, action, new RequestContext());
    return world.iamReads.role(name);
  }

  private String requireRole(
      Parameters parameters, Caller caller, String action, RequestContext keys) {
    String name = IamInput.roleName(parameters);
    String resource = world.iamArn("role/" + name);
    if (world.hasRole(name)) {
      Role role = world.role(name);
      resource = role.arn;
      keys.withTags("aws:ResourceTag/", role.tags).withTags("iam:ResourceTag/", role.tags);
    }
    caller.require("iam:" + action, resource, keys, Denials.QUERY);
    return name;
  }

  InstanceProfile profile(Parameters parameters, Caller caller, String action) {
    return world.profile(requireProfile(parameters, caller, action));
  }

  ProfileView shownProfile(Parameters parameters, Caller caller, String action) {
    return world.iamReads.profile(requireProfile(parameters, caller, action));
  }

  private String requireProfile(Parameters parameters, Caller caller, String action) {
    String name = IamInput.profileName(parameters);
    String resource = world.iamArn("instance-profile/" + name);
    var keys = new RequestContext();
    Optional<InstanceProfile> found =
        world.profiles().stream()
            .filter(profile -> profile.name.equalsIgnoreCase(name))
            .findFirst();
    if (found.isPresent()) {
      resource = found.get().arn;
      keys.withTags("aws:ResourceTag/", found.get().tags)
          .withTags("iam:ResourceTag/", found.get().tags);
    }
    caller.require("iam:" + action, resource, keys, Denials.QUERY);
    return name;
  }

  ManagedPolicy policy(Parameters parameters, Caller caller, String action) {
    String arn = policyArn(parameters);
    caller.require("iam:" + action, arn, Denials.QUERY);
    return policy(arn, () -> IamInput.missing("Policy " + arn + " was not found."));
  }

  ManagedPolicy policy(String arn, Supplier<AwsError> missing) {
    return world.policies.find(arn).orElseThrow(missing);
  }

  /** The policy that is to limit a role. */
  ManagedPolicy boundary(String arn) {
    return policy(
        arn, () -> IamInput.missing("Scope ARN: " + arn + " does not exist or is not attachable."));
  }

  static String policyArn(Parameters parameters) {
    String arn = IamInput.required(parameters, "PolicyArn");
    if (!arn.startsWith("arn:")) {
      throw new AwsError(400, "InvalidInput", "ARN " + arn + " is not valid.");
    }
    return arn;
  }

  Collection<ProfileView> shownProfiles() {
    return world.iamReads.profiles();
  }

  List<Role> shownRoles() {
    return world.iamReads.roles();
  }

  void require(Caller caller, String action, String resource) {
    caller.require("iam:" + action, world.iamArn(resource), Denials.QUERY);
  }

  /** The condition keys of a request that brings tags. */
  static RequestContext keys(Map<String, String> tags) {
    return new RequestContext()
        .withTags("aws:RequestTag/", tags)
        .with("aws:TagKeys", tags.keySet().toArray(String[]::new));
  }

  /** Who makes an entity with tags needs the permission to tag it besides. */
  void requireTagging(Caller caller, String action, String resource, Map<String, String> tags) {
    if (!tags.isEmpty()) {
      require(caller, action, resource, keys(tags));
    }
  }

  void require(Caller caller, String action, String resource, RequestContext keys) {
    caller.require("iam:" + action, world.iamArn(resource), keys, Denials.QUERY);
  }
}
