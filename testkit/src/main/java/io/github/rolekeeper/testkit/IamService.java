package io.github.rolekeeper.testkit;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** IAM, Query protocol, 2010-05-08. */
final class IamService {
  static final String NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

  private final World world;

  IamService(World world) {
    this.world = world;
  }

  Map<String, Operation> operations() {
    return Map.ofEntries(
        Map.entry("CreateRole", Operation.write(this::createRole)),
        Map.entry("GetRole", Operation.read(this::getRole)),
        Map.entry("DeleteRole", Operation.write(this::deleteRole)),
        Map.entry("PutRolePolicy", Operation.write(this::putRolePolicy)),
        Map.entry("GetRolePolicy", Operation.read(this::getRolePolicy)),
        Map.entry("DeleteRolePolicy", Operation.write(this::deleteRolePolicy)),
        Map.entry("ListRolePolicies", Operation.read(this::listRolePolicies)),
        Map.entry("CreateInstanceProfile", Operation.write(this::createInstanceProfile)),
        Map.entry("GetInstanceProfile", Operation.read(this::getInstanceProfile)),
        Map.entry("DeleteInstanceProfile", Operation.write(this::deleteInstanceProfile)),
        Map.entry("AddRoleToInstanceProfile", Operation.write(this::addRole)),
        Map.entry("RemoveRoleFromInstanceProfile", Operation.write(this::removeRole)),
        Map.entry("ListInstanceProfiles", Operation.read(this::listInstanceProfiles)),
        Map.entry(
            "ListInstanceProfilesForRole", Operation.read(this::listInstanceProfilesForRole)));
  }

  private Consumer<Xml> createRole(Parameters parameters, Caller caller) {
    String name = name(parameters, "RoleName");
    String path = parameters.get("Path", "/");
    require(caller, "CreateRole", "role" + path + name);
    String trust = required(parameters, "AssumeRolePolicyDocument");
    PolicyEvaluator.parse(trust);
    Role role = world.createRole(name, path, trust);
    return xml -> xml.element("Role", each -> describe(each, role));
  }

  private Consumer<Xml> getRole(Parameters parameters, Caller caller) {
    Role role = role(parameters, caller, "GetRole");
    return xml -> xml.element("Role", each -> describe(each, role));
  }

  private Consumer<Xml> deleteRole(Parameters parameters, Caller caller) {
    world.deleteRole(role(parameters, caller, "DeleteRole").name);
    return IamService::nothing;
  }

  private Consumer<Xml> putRolePolicy(Parameters parameters, Caller caller) {
    Role role = role(parameters, caller, "PutRolePolicy");
    String document = required(parameters, "PolicyDocument");
    PolicyEvaluator.parse(document);
    role.inlinePolicies.put(required(parameters, "PolicyName"), document);
    return IamService::nothing;
  }

  private Consumer<Xml> getRolePolicy(Parameters parameters, Caller caller) {
    Role role = role(parameters, caller, "GetRolePolicy");
    String policy = policyName(parameters, role);
    return xml ->
        xml.element("RoleName", role.name)
            .element("PolicyName", policy)
            .element(
                "PolicyDocument",
                encoded(java.util.Objects.requireNonNull(role.inlinePolicies.get(policy))));
  }

  private Consumer<Xml> deleteRolePolicy(Parameters parameters, Caller caller) {
    Role role = role(parameters, caller, "DeleteRolePolicy");
    role.inlinePolicies.remove(policyName(parameters, role));
    return IamService::nothing;
  }

  private Consumer<Xml> listRolePolicies(Parameters parameters, Caller caller) {
    Role role = role(parameters, caller, "ListRolePolicies");
    List<String> names = List.copyOf(role.inlinePolicies.keySet());
    return xml -> {
      xml.element("PolicyNames", each -> names.forEach(name -> each.element("member", name)));
      xml.element("IsTruncated", false);
    };
  }

  private Consumer<Xml> createInstanceProfile(Parameters parameters, Caller caller) {
    String name = name(parameters, "InstanceProfileName");
    String path = parameters.get("Path", "/");
    if (!path.matches("/|/[\\x21-\\x7e]{1,510}/")) {
      throw new AwsError(
          400,
          "ValidationError",
          "The specified value for path is invalid. It must begin and end with / and contain only"
              + " alphanumeric characters and/or / characters.");
    }
    require(caller, "CreateInstanceProfile", "instance-profile" + path + name);
    InstanceProfile profile = world.createProfile(name, path);
    return xml -> xml.element("InstanceProfile", each -> describe(each, profile));
  }

  private Consumer<Xml> getInstanceProfile(Parameters parameters, Caller caller) {
    InstanceProfile profile = profile(parameters, caller, "GetInstanceProfile");
    return xml -> xml.element("InstanceProfile", each -> describe(each, profile));
  }

  private Consumer<Xml> deleteInstanceProfile(Parameters parameters, Caller caller) {
    world.deleteProfile(profile(parameters, caller, "DeleteInstanceProfile").name);
    return IamService::nothing;
  }

  private Consumer<Xml> addRole(Parameters parameters, Caller caller) {
    InstanceProfile profile = profile(parameters, caller, "AddRoleToInstanceProfile");
    Role role = world.role(name(parameters, "RoleName"));
    caller.require("iam:PassRole", role.arn, Denials.QUERY);
    world.addRole(profile.name, role.name);
    return IamService::nothing;
  }

  private Consumer<Xml> removeRole(Parameters parameters, Caller caller) {
    InstanceProfile profile = profile(parameters, caller, "RemoveRoleFromInstanceProfile");
    world.removeRole(profile.name, name(parameters, "RoleName"));
    return IamService::nothing;
  }

  private Consumer<Xml> listInstanceProfiles(Parameters parameters, Caller caller) {
    require(caller, "ListInstanceProfiles", "instance-profile/");
    return listed(List.copyOf(world.profiles()));
  }

  private Consumer<Xml> listInstanceProfilesForRole(Parameters parameters, Caller caller) {
    Role role = role(parameters, caller, "ListInstanceProfilesForRole");
    return listed(world.profiles().stream().filter(profile -> profile.role == role).toList());
  }

  private Consumer<Xml> listed(Collection<InstanceProfile> profiles) {
    return xml -> {
      xml.list("InstanceProfiles", "member", profiles, this::describe);
      xml.element("IsTruncated", false);
    };
  }

  private void describe(Xml xml, InstanceProfile profile) {
    Role role = profile.role;
    xml.element("Path", profile.path)
        .element("InstanceProfileName", profile.name)
        .element("InstanceProfileId", profile.id)
        .element("Arn", profile.arn)
        .element("CreateDate", profile.created)
        .list("Roles", "member", role == null ? List.<Role>of() : List.of(role), this::describe);
  }

  private void describe(Xml xml, Role role) {
    xml.element("Path", role.path)
        .element("RoleName", role.name)
        .element("RoleId", role.id)
        .element("Arn", role.arn)
        .element("CreateDate", role.created)
        .element("AssumeRolePolicyDocument", encoded(role.trustPolicy));
  }

  private static void nothing(Xml xml) {}

  /** IAM returns policy documents percent-encoded (RFC 3986). */
  private static String encoded(String document) {
    return URLEncoder.encode(document, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Permission is checked before existence, so that a stranger learns nothing. */
  private Role role(Parameters parameters, Caller caller, String action) {
    String name = name(parameters, "RoleName");
    require(
        caller, action, world.hasRole(name) ? resourceOf(world.role(name).arn) : "role/" + name);
    return world.role(name);
  }

  private InstanceProfile profile(Parameters parameters, Caller caller, String action) {
    String name = name(parameters, "InstanceProfileName");
    require(
        caller,
        action,
        world.profiles().stream()
            .filter(profile -> profile.name.equalsIgnoreCase(name))
            .findFirst()
            .map(profile -> resourceOf(profile.arn))
            .orElse("instance-profile/" + name));
    return world.profile(name);
  }

  private String policyName(Parameters parameters, Role role) {
    String policy = required(parameters, "PolicyName");
    if (!role.inlinePolicies.containsKey(policy)) {
      throw new AwsError(
          404, "NoSuchEntity", "The role policy with name " + policy + " cannot be found.");
    }
    return policy;
  }

  private void require(Caller caller, String action, String resource) {
    caller.require("iam:" + action, world.iamArn(resource), Denials.QUERY);
  }

  private static String resourceOf(String arn) {
    return arn.substring(arn.lastIndexOf(':') + 1);
  }

  private static String name(Parameters parameters, String parameter) {
    String name = required(parameters, parameter);
    if (!name.matches("[\\w+=,.@-]{1,128}")) {
      throw new AwsError(
          400,
          "ValidationError",
          "The specified value for "
              + Character.toLowerCase(parameter.charAt(0))
              + parameter.substring(1)
              + " is invalid. It must contain only alphanumeric characters and/or the following:"
              + " +=,.@_-");
    }
    return name;
  }

  private static String required(Parameters parameters, String parameter) {
    return parameters
        .optional(parameter)
        .orElseThrow(
            () ->
                new AwsError(
                    400,
                    "ValidationError",
                    "1 validation error detected: Value null at '"
                        + Character.toLowerCase(parameter.charAt(0))
                        + parameter.substring(1)
                        + "' failed to satisfy constraint: Member must not be null"));
  }
}
