package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** IAM's operations on policies: those inside a role, the managed ones, and their attachment. */
final class IamPolicies {
  // All from the IAM quotas page; sizes in characters, white space not counted.
  private static final int INLINE_QUOTA = 10_240;
  private static final int ATTACHMENT_QUOTA = 10;

  // IAM API reference, ListPolicies and ListEntitiesForPolicy.
  private static final List<String> SCOPES = List.of("All", "AWS", "Local");
  private static final List<String> USAGES = List.of("PermissionsPolicy", "PermissionsBoundary");

  private final World world;
  private final IamEntities entities;

  IamPolicies(World world) {
    this.world = world;
    this.entities = new IamEntities(world);
  }

  Map<String, Operation> operations() {
    return Map.ofEntries(
        Map.entry(
            "PutRolePolicy",
            Operation.write(this::putRolePolicy, "RoleName", "PolicyName", "PolicyDocument")),
        Map.entry("GetRolePolicy", Operation.read(this::getRolePolicy, "RoleName", "PolicyName")),
        Map.entry(
            "DeleteRolePolicy", Operation.write(this::deleteRolePolicy, "RoleName", "PolicyName")),
        Map.entry(
            "ListRolePolicies",
            Operation.read(this::listRolePolicies, "RoleName", "Marker", "MaxItems")),
        Map.entry(
            "CreatePolicy",
            Operation.write(
                this::createPolicy, "PolicyName", "Path", "PolicyDocument", "Description", "Tags")),
        Map.entry("GetPolicy", Operation.read(this::getPolicy, "PolicyArn")),
        Map.entry(
            "ListPolicies",
            Operation.read(
                this::listPolicies, "Scope", "OnlyAttached", "PathPrefix", "Marker", "MaxItems")),
        Map.entry(
            "ListEntitiesForPolicy",
            Operation.read(
                this::listEntitiesForPolicy,
                "PolicyArn",
                "EntityFilter",
                "PathPrefix",
                "PolicyUsageFilter",
                "Marker",
                "MaxItems")),
        Map.entry("DeletePolicy", Operation.write(this::deletePolicy, "PolicyArn")),
        Map.entry(
            "AttachRolePolicy", Operation.write(this::attachRolePolicy, "RoleName", "PolicyArn")),
        Map.entry(
            "DetachRolePolicy", Operation.write(this::detachRolePolicy, "RoleName", "PolicyArn")),
        Map.entry(
            "ListAttachedRolePolicies",
            Operation.read(
                this::listAttachedRolePolicies, "RoleName", "PathPrefix", "Marker", "MaxItems")));
  }

  private Consumer<Xml> putRolePolicy(Parameters parameters, Caller caller) {
    Role role = entities.ownRole(parameters, caller, "PutRolePolicy");
    String name = IamInput.policyName(parameters);
    String document = IamInput.required(parameters, "PolicyDocument");
    PolicyDocument.check(document, PolicyDocument.Kind.IDENTITY, world.partition());
    int others =
        role.inlinePolicies.entrySet().stream()
            .filter(policy -> !policy.getKey().equals(name))
            .mapToInt(policy -> PolicyDocument.size(policy.getValue()))
            .sum();
    if (others + PolicyDocument.size(document) > INLINE_QUOTA) {
      throw new AwsError(
          409,
          "LimitExceeded",
          "Maximum policy size of " + INLINE_QUOTA + " bytes exceeded for role " + role.name);
    }
    role.inlinePolicies.put(name, document);
    return IamXml::nothing;
  }

  private Consumer<Xml> getRolePolicy(Parameters parameters, Caller caller) {
    Role role = entities.role(parameters, caller, "GetRolePolicy");
    String policy = inlinePolicy(parameters, role);
    String document = Objects.requireNonNull(role.inlinePolicies.get(policy));
    return xml ->
        xml.element("RoleName", role.name)
            .element("PolicyName", policy)
            .element("PolicyDocument", IamXml.encoded(document));
  }

  private Consumer<Xml> deleteRolePolicy(Parameters parameters, Caller caller) {
    Role role = entities.ownRole(parameters, caller, "DeleteRolePolicy");
    role.inlinePolicies.remove(inlinePolicy(parameters, role));
    return IamXml::nothing;
  }

  private Consumer<Xml> listRolePolicies(Parameters parameters, Caller caller) {
    Role role = entities.role(parameters, caller, "ListRolePolicies");
    Page<String> page =
        IamInput.page(
            world,
            parameters,
            "ListRolePolicies" + role.id,
            role.inlinePolicies.keySet(),
            name -> name);
    return xml -> {
      xml.element(
          "PolicyNames", each -> page.items().forEach(name -> each.element("member", name)));
      IamXml.end(xml, page);
    };
  }

  private static String inlinePolicy(Parameters parameters, Role role) {
    String policy = IamInput.policyName(parameters);
    if (!role.inlinePolicies.containsKey(policy)) {
      throw IamInput.missing("The role policy with name " + policy + " cannot be found.");
    }
    return policy;
  }

  private Consumer<Xml> createPolicy(Parameters parameters, Caller caller) {
    String name = IamInput.policyName(parameters);
    String path = IamInput.path(parameters);
    Map<String, String> tags = IamInput.tags(parameters);
    entities.require(caller, "CreatePolicy", "policy" + path + name, IamEntities.keys(tags));
    entities.requireTagging(caller, "TagPolicy", "policy" + path + name, tags);
    String document = IamPolicyVersions.document(parameters, world.partition());
    ManagedPolicy policy =
        world.policies.create(name, path, document, parameters.get("Description", ""));
    policy.tags.putAll(tags);
    return xml -> xml.element("Policy", each -> whole(each, policy));
  }

  private Consumer<Xml> getPolicy(Parameters parameters, Caller caller) {
    ManagedPolicy policy = entities.policy(parameters, caller, "GetPolicy");
    return xml -> xml.element("Policy", each -> whole(each, policy));
  }

  private Consumer<Xml> listPolicies(Parameters parameters, Caller caller) {
    String prefix = IamInput.pathPrefix(parameters);
    String scope = IamInput.oneOf(parameters, "Scope", "All", SCOPES);
    boolean attached = IamInput.flag(parameters, "OnlyAttached");
    entities.require(caller, "ListPolicies", "policy" + prefix);
    Page<ManagedPolicy> page =
        IamInput.page(
            world,
            parameters,
            String.join(" ", "ListPolicies", scope, prefix, String.valueOf(attached)),
            world.policies.all().stream()
                .filter(policy -> policy.path.startsWith(prefix))
                .filter(policy -> scope.equals("All") || policy.ofAws() == scope.equals("AWS"))
                .filter(policy -> !attached || world.policies.attachments(policy) > 0)
                .toList(),
            policy -> policy.arn);
    return IamXml.page("Policies", page, this::listed);
  }

  private Consumer<Xml> listEntitiesForPolicy(Parameters parameters, Caller caller) {
    ManagedPolicy policy = entities.policy(parameters, caller, "ListEntitiesForPolicy");
    String prefix = IamInput.pathPrefix(parameters);
    String kind = IamInput.oneOf(parameters, "EntityFilter", "Role", IamReports.ENTITIES);
    String usage = IamInput.oneOf(parameters, "PolicyUsageFilter", "", USAGES);
    Page<Role> page =
        IamInput.page(
            world,
            parameters,
            String.join(" ", "ListEntitiesForPolicy", policy.arn, prefix, kind, usage),
            world.roles().stream()
                .filter(role -> kind.equals("Role") && role.path.startsWith(prefix))
                .filter(
                    role ->
                        (role.attachedPolicies.containsValue(policy)
                                && !usage.equals("PermissionsBoundary"))
                            || (role.boundary == policy && !usage.equals("PermissionsPolicy")))
                .toList(),
            role -> role.name);
    return xml -> {
      xml.element("PolicyGroups", IamXml::nothing).element("PolicyUsers", IamXml::nothing);
      xml.list(
          "PolicyRoles",
          "member",
          page.items(),
          (each, role) -> each.element("RoleName", role.name).element("RoleId", role.id));
      IamXml.end(xml, page);
    };
  }

  private Consumer<Xml> deletePolicy(Parameters parameters, Caller caller) {
    ManagedPolicy policy = entities.policy(parameters, caller, "DeletePolicy");
    IamEntities.own(policy, caller, "DeletePolicy");
    world.policies.delete(policy);
    return IamXml::nothing;
  }

  private Consumer<Xml> attachRolePolicy(Parameters parameters, Caller caller) {
    String arn = IamEntities.policyArn(parameters);
    Role role =
        IamEntities.own(
            entities.role(
                parameters,
                caller,
                "AttachRolePolicy",
                new RequestContext().with("iam:PolicyARN", arn)));
    ManagedPolicy policy =
        entities.policy(
            arn, () -> IamInput.missing("Policy " + arn + " does not exist or is not attachable."));
    if (!role.attachedPolicies.containsKey(policy.arn)
        && role.attachedPolicies.size() >= ATTACHMENT_QUOTA) {
      throw IamInput.quota("PoliciesPerRole", ATTACHMENT_QUOTA);
    }
    role.attachedPolicies.put(policy.arn, policy);
    return IamXml::nothing;
  }

  private Consumer<Xml> detachRolePolicy(Parameters parameters, Caller caller) {
    String arn = IamEntities.policyArn(parameters);
    Role role =
        IamEntities.own(
            entities.role(
                parameters,
                caller,
                "DetachRolePolicy",
                new RequestContext().with("iam:PolicyARN", arn)));
    if (role.attachedPolicies.keySet().removeIf(arn::equalsIgnoreCase)) {
      return IamXml::nothing;
    }
    throw IamInput.missing("Policy " + arn + " was not found.");
  }

  private Consumer<Xml> listAttachedRolePolicies(Parameters parameters, Caller caller) {
    Role role = entities.role(parameters, caller, "ListAttachedRolePolicies");
    String prefix = IamInput.pathPrefix(parameters);
    return IamXml.page(
        "AttachedPolicies",
        IamInput.page(
            world,
            parameters,
            "ListAttachedRolePolicies" + role.id + prefix,
            role.attachedPolicies.values().stream()
                .filter(policy -> policy.path.startsWith(prefix))
                .toList(),
            policy -> policy.arn),
        IamXml::attached);
  }

  private void listed(Xml xml, ManagedPolicy policy) {
    xml.element("PolicyName", policy.name)
        .element("PolicyId", policy.id)
        .element("Arn", policy.arn)
        .element("Path", policy.path)
        .element("DefaultVersionId", policy.inForce().id())
        .element("AttachmentCount", world.policies.attachments(policy))
        .element("PermissionsBoundaryUsageCount", world.policies.boundaryUses(policy))
        .element("IsAttachable", true)
        .element("CreateDate", policy.created)
        .element("UpdateDate", policy.updated());
  }

  private void whole(Xml xml, ManagedPolicy policy) {
    listed(xml, policy);
    if (!policy.description.isEmpty()) {
      xml.element("Description", policy.description);
    }
    IamXml.tags(xml, policy.tags);
  }
}
