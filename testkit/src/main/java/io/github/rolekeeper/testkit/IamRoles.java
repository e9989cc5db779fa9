package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** IAM's operations on roles themselves. */
final class IamRoles {
  private static final int SHORTEST_SESSION = 3600;
  private static final int LONGEST_SESSION = 43_200;

  /** In characters, white space not counted (IAM quotas page). */
  private static final int TRUST_POLICY_QUOTA = 2048;

  private static final int ROLE_QUOTA = 1000;

  private final World world;
  private final IamEntities entities;

  IamRoles(World world) {
    this.world = world;
    this.entities = new IamEntities(world);
  }

  Map<String, Operation> operations() {
    return Map.of(
        "CreateRole",
            Operation.write(
                this::createRole,
                "Path",
                "RoleName",
                "AssumeRolePolicyDocument",
                "Description",
                "MaxSessionDuration",
                "PermissionsBoundary",
                "Tags"),
        "GetRole", Operation.read(this::getRole, "RoleName"),
        "ListRoles", Operation.read(this::listRoles, "PathPrefix", "Marker", "MaxItems"),
        "UpdateRole",
            Operation.write(this::updateRole, "RoleName", "Description", "MaxSessionDuration"),
        "UpdateRoleDescription",
            Operation.write(this::updateRoleDescription, "RoleName", "Description"),
        "UpdateAssumeRolePolicy",
            Operation.write(this::updateAssumeRolePolicy, "RoleName", "PolicyDocument"),
        "DeleteRole", Operation.write(this::deleteRole, "RoleName"),
        "TagRole", Operation.write(this::tagRole, "RoleName", "Tags"),
        "UntagRole", Operation.write(this::untagRole, "RoleName", "TagKeys"),
        "ListRoleTags", Operation.read(this::listRoleTags, "RoleName", "Marker", "MaxItems"));
  }

  private Consumer<Xml> createRole(Parameters parameters, Caller caller) {
    String name = IamInput.roleName(parameters);
    String path = IamInput.path(parameters);
    Map<String, String> tags = IamInput.tags(parameters);
    RequestContext keys = IamEntities.keys(tags);
    keys.with(
        "iam:PermissionsBoundary",
        parameters.optional("PermissionsBoundary").stream().toArray(String[]::new));
    entities.require(caller, "CreateRole", "role" + path + name, keys);
    entities.requireTagging(caller, "TagRole", "role" + path + name, tags);
    String trust = trustPolicy(parameters, "AssumeRolePolicyDocument");
    Map<String, Role> trusted = trustedRoles(trust);
    Duration longest = maxSession(parameters, Duration.ofSeconds(SHORTEST_SESSION));
    ManagedPolicy boundary =
        parameters.optional("PermissionsBoundary").map(entities::boundary).orElse(null);
    if (world.roles().size() >= ROLE_QUOTA) {
      throw IamInput.quota("RolesPerAccount", ROLE_QUOTA);
    }
    Role role = world.createRole(name, path, trust);
    role.trustedRoles.putAll(trusted);
    role.description = parameters.get("Description", "");
    role.maxSession = longest;
    role.boundary = boundary;
    role.tags.putAll(tags);
    return whole(role);
  }

  private Consumer<Xml> getRole(Parameters parameters, Caller caller) {
    return whole(entities.shownRole(parameters, caller, "GetRole"));
  }

  private static Consumer<Xml> whole(Role role) {
    return xml -> xml.element("Role", each -> IamXml.wholeRole(each, role));
  }

  private Consumer<Xml> listRoles(Parameters parameters, Caller caller) {
    String prefix = IamInput.pathPrefix(parameters);
    entities.require(caller, "ListRoles", "role" + prefix);
    Page<Role> page =
        IamInput.page(
            world,
            parameters,
            "ListRoles" + prefix,
            entities.shownRoles().stream().filter(role -> role.path.startsWith(prefix)).toList(),
            role -> role.name);
    return IamXml.page("Roles", page, IamXml::listedRole);
  }

  private Consumer<Xml> updateRole(Parameters parameters, Caller caller) {
    Role role = entities.ownRole(parameters, caller, "UpdateRole");
    Duration longest = maxSession(parameters, role.maxSession);
    role.maxSession = longest;
    String description = parameters.all().get("Description");
    if (description != null) {
      role.description = description;
    }
    return IamXml::nothing;
  }

  private Consumer<Xml> updateRoleDescription(Parameters parameters, Caller caller) {
    Role role = entities.ownRole(parameters, caller, "UpdateRoleDescription");
    role.description = IamInput.required(parameters, "Description");
    return whole(role);
  }

  private Consumer<Xml> updateAssumeRolePolicy(Parameters parameters, Caller caller) {
    Role role = entities.ownRole(parameters, caller, "UpdateAssumeRolePolicy");
    String trust = trustPolicy(parameters, "PolicyDocument");
    Map<String, Role> trusted = trustedRoles(trust);
    world.settle();
    role.trustPolicy = trust;
    role.trustedRoles.clear();
    role.trustedRoles.putAll(trusted);
    return IamXml::nothing;
  }

  private Consumer<Xml> deleteRole(Parameters parameters, Caller caller) {
    world.deleteRole(entities.ownRole(parameters, caller, "DeleteRole").name);
    return IamXml::nothing;
  }

  private Consumer<Xml> tagRole(Parameters parameters, Caller caller) {
    Map<String, String> tags = IamInput.requiredTags(parameters);
    Role role =
        IamEntities.own(entities.role(parameters, caller, "TagRole", IamEntities.keys(tags)));
    IamInput.tag(role.tags, tags, "Role");
    return IamXml::nothing;
  }

  private Consumer<Xml> untagRole(Parameters parameters, Caller caller) {
    Role role = entities.ownRole(parameters, caller, "UntagRole");
    IamInput.tagKeys(parameters).forEach(role.tags::remove);
    return IamXml::nothing;
  }

  private Consumer<Xml> listRoleTags(Parameters parameters, Caller caller) {
    Role role = entities.role(parameters, caller, "ListRoleTags");
    return IamXml.page(
        "Tags",
        IamInput.page(
            world, parameters, "ListRoleTags" + role.id, role.tags.entrySet(), Map.Entry::getKey),
        IamXml::tag);
  }

  /** The roles of this account that a trust policy names; each must exist. */
  private Map<String, Role> trustedRoles(String trustPolicy) {
    var trusted = new LinkedHashMap<String, Role>();
    for (String principal : TrustPolicy.principals(trustPolicy)) {
      if (principal.startsWith(world.iamArn("role/"))) {
        trusted.put(
            principal,
            world.roles().stream()
                .filter(role -> role.arn.equals(principal))
                .findFirst()
                .orElseThrow(
                    () ->
                        new AwsError(
                            400,
                            "MalformedPolicyDocument",
                            "Invalid principal in policy: \"AWS\":\"" + principal + "\"")));
      }
    }
    return trusted;
  }

  private static Duration maxSession(Parameters parameters, Duration usual) {
    return Duration.ofSeconds(
        IamInput.number(
            parameters,
            "MaxSessionDuration",
            (int) usual.toSeconds(),
            SHORTEST_SESSION,
            LONGEST_SESSION));
  }

  private String trustPolicy(Parameters parameters, String parameter) {
    String document = IamInput.required(parameters, parameter);
    PolicyDocument.check(document, PolicyDocument.Kind.TRUST, world.partition());
    if (PolicyDocument.size(document) > TRUST_POLICY_QUOTA) {
      throw IamInput.quota("ACLSizePerRole", TRUST_POLICY_QUOTA);
    }
    return document;
  }
}
