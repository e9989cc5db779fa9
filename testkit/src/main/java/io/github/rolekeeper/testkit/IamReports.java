package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** IAM's operations that look at the whole account, or at what it would allow. */
final class IamReports {
  // IAM API reference, SimulatePrincipalPolicy. They also bound what a match of wildcards costs.
  private static final int LONGEST_ACTION = 128;
  private static final int LONGEST_ARN = 2_048;
  private static final int LONGEST_POLICY = 131_072;

  /** What a report can be narrowed to (IAM API reference, EntityType). */
  static final List<String> ENTITIES =
      List.of("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy");

  private final World world;
  private final IamEntities entities;

  IamReports(World world) {
    this.world = world;
    this.entities = new IamEntities(world);
  }

  Map<String, Operation> operations() {
    return Map.of(
        "GetAccountAuthorizationDetails",
            Operation.read(this::accountAuthorizationDetails, "Filter", "Marker", "MaxItems"),
        "SimulatePrincipalPolicy",
            Operation.read(
                this::simulatePrincipalPolicy,
                "PolicySourceArn",
                "ActionNames",
                "ResourceArns",
                "ContextEntries",
                "PolicyInputList",
                "Marker",
                "MaxItems"));
  }

  /** An entry of the report; roles and policies are paged through as one listing. */
  private record Detail(String key, Consumer<Xml> xml) {
    boolean ofRole() {
      return key.startsWith("role");
    }
  }

  private Consumer<Xml> accountAuthorizationDetails(Parameters parameters, Caller caller) {
    caller.require("iam:GetAccountAuthorizationDetails", "*", Denials.QUERY);
    Set<String> filter = new HashSet<>(IamInput.members(parameters, "Filter"));
    filter.forEach(each -> IamInput.requireOneOf("Filter", each, ENTITIES));
    var details = new ArrayList<Detail>();
    if (filter.isEmpty() || filter.contains("Role")) {
      List<ProfileView> profiles = List.copyOf(entities.shownProfiles());
      entities
          .shownRoles()
          .forEach(
              role ->
                  details.add(
                      new Detail("role " + role.name, xml -> roleDetail(xml, role, profiles))));
    }
    for (ManagedPolicy policy : world.policies.all()) {
      String kind = policy.ofAws() ? "AWSManagedPolicy" : "LocalManagedPolicy";
      // Unless asked for them, IAM leaves out what the account does not use of AWS's policies.
      boolean used = !policy.ofAws() || world.policies.attachments(policy) > 0;
      if (filter.isEmpty() ? used : filter.contains(kind)) {
        details.add(new Detail("policy " + policy.arn, xml -> policyDetail(xml, policy)));
      }
    }
    Page<Detail> page =
        IamInput.page(
            world,
            parameters,
            "GetAccountAuthorizationDetails" + filter.stream().sorted().toList(),
            details,
            Detail::key);
    return xml -> {
      IamXml.end(xml, page);
      xml.element("UserDetailList", IamXml::nothing);
      xml.element("GroupDetailList", IamXml::nothing);
      xml.list(
          "RoleDetailList",
          "member",
          page.items().stream().filter(Detail::ofRole).toList(),
          (each, detail) -> detail.xml().accept(each));
      xml.list(
          "Policies",
          "member",
          page.items().stream().filter(detail -> !detail.ofRole()).toList(),
          (each, detail) -> detail.xml().accept(each));
    };
  }

  private static void roleDetail(Xml xml, Role role, List<ProfileView> profiles) {
    IamXml.role(xml, role);
    xml.list(
            "InstanceProfileList",
            "member",
            profiles.stream().filter(view -> view.role() == role).toList(),
            IamXml::listedProfile)
        .list(
            "RolePolicyList",
            "member",
            role.inlinePolicies.entrySet(),
            (each, policy) ->
                each.element("PolicyName", policy.getKey())
                    .element("PolicyDocument", IamXml.encoded(policy.getValue())))
        .list(
            "AttachedManagedPolicies", "member", role.attachedPolicies.values(), IamXml::attached);
    IamXml.boundary(xml, role);
    IamXml.tags(xml, role.tags);
    xml.element("RoleLastUsed", IamXml::nothing);
  }

  private void policyDetail(Xml xml, ManagedPolicy policy) {
    xml.element("PolicyName", policy.name)
        .element("PolicyId", policy.id)
        .element("Arn", policy.arn)
        .element("Path", policy.path)
        .element("DefaultVersionId", policy.inForce().id())
        .element("AttachmentCount", world.policies.attachments(policy))
        .element("PermissionsBoundaryUsageCount", world.policies.boundaryUses(policy))
        .element("IsAttachable", true)
        .element("CreateDate", policy.created)
        .element("UpdateDate", policy.updated())
        .list(
            "PolicyVersionList",
            "member",
            policy.versions.descendingMap().values(),
            (each, version) -> IamXml.version(each, policy, version));
  }

  /** One action on one resource, and what would come of it. */
  private record Simulated(int number, String action, String resource, RequestContext keys) {}

  private Consumer<Xml> simulatePrincipalPolicy(Parameters parameters, Caller caller) {
    String arn = IamInput.required(parameters, "PolicySourceArn");
    caller.require("iam:SimulatePrincipalPolicy", arn, Denials.QUERY);
    Role role =
        world.roles().stream()
            .filter(each -> each.arn.equals(arn))
            .findFirst()
            .orElseThrow(
                () ->
                    IamInput.missing(
                        "The role with name "
                            + arn.substring(arn.lastIndexOf('/') + 1)
                            + " cannot be found."));
    IamInput.required(parameters, "ActionNames.member.1");
    List<String> resources = IamInput.members(parameters, "ResourceArns", LONGEST_ARN);
    var simulated = new ArrayList<Simulated>();
    for (String action : IamInput.members(parameters, "ActionNames", LONGEST_ACTION)) {
      for (String resource : resources.isEmpty() ? List.of("*") : resources) {
        simulated.add(new Simulated(simulated.size(), action, resource, keys(parameters)));
      }
    }
    var policies = new ArrayList<>(role.identityPolicies());
    int inputs = 0;
    for (String document : IamInput.members(parameters, "PolicyInputList", LONGEST_POLICY)) {
      PolicyDocument.check(document, PolicyDocument.Kind.IDENTITY, world.partition());
      policies.add(new PolicyEvaluator.Policy("PolicyInputList." + ++inputs, "none", document));
    }
    Page<Simulated> page =
        IamInput.page(
            world,
            parameters,
            "SimulatePrincipalPolicy" + arn,
            simulated,
            each -> String.format(Locale.ROOT, "%06d", each.number()));
    return IamXml.page(
        "EvaluationResults", page, (xml, each) -> evaluated(xml, each, policies, role));
  }

  private static RequestContext keys(Parameters parameters) {
    var keys = new RequestContext();
    for (Parameters entry : parameters.structures("ContextEntries.member")) {
      keys.with(
          IamInput.required(entry, "ContextKeyName"),
          IamInput.members(entry, "ContextKeyValues").toArray(String[]::new));
    }
    return keys;
  }

  private static void evaluated(
      Xml xml, Simulated simulated, List<PolicyEvaluator.Policy> policies, Role role) {
    PolicyEvaluator.Evaluation evaluation =
        PolicyEvaluator.evaluate(
            policies, simulated.action(), simulated.resource(), simulated.keys());
    PolicyEvaluator.Decision decision = evaluation.decision();
    ManagedPolicy boundary = role.boundary;
    if (boundary != null) {
      decision =
          decision.and(
              PolicyEvaluator.evaluate(
                      List.of(boundary.evaluated()),
                      simulated.action(),
                      simulated.resource(),
                      simulated.keys())
                  .decision());
    }
    xml.element("EvalActionName", simulated.action())
        .element("EvalResourceName", simulated.resource())
        .element(
            "EvalDecision",
            switch (decision) {
              case ALLOWED -> "allowed";
              case DENIED_EXPLICITLY -> "explicitDeny";
              case DENIED_IMPLICITLY -> "implicitDeny";
            })
        .list(
            "MatchedStatements",
            "member",
            evaluation.matched(),
            (each, statement) ->
                each.element("SourcePolicyId", statement.policy().name())
                    .element("SourcePolicyType", statement.policy().type()))
        .element("MissingContextValues", IamXml::nothing);
  }
}
