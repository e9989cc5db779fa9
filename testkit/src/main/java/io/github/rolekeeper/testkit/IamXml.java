package io.github.rolekeeper.testkit;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** How IAM describes its entities. */
final class IamXml {
  private IamXml() {}

  static void nothing(Xml xml) {}

  /** IAM returns policy documents percent-encoded (RFC 3986). */
  static String encoded(String document) {
    return URLEncoder.encode(document, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static <T> Consumer<Xml> page(String list, Page<T> page, BiConsumer<Xml, T> item) {
    return xml -> {
      xml.list(list, "member", page.items(), item);
      end(xml, page);
    };
  }

  static void end(Xml xml, Page<?> page) {
    xml.element("IsTruncated", page.next() != null);
    String next = page.next();
    if (next != null) {
      xml.element("Marker", next);
    }
  }

  /** What every answer says of a role, a listing and an instance profile included. */
  static void role(Xml xml, Role role) {
    xml.element("Path", role.path)
        .element("RoleName", role.name)
        .element("RoleId", role.id)
        .element("Arn", role.shownArn())
        .element("CreateDate", role.created)
        .element("AssumeRolePolicyDocument", encoded(role.shownTrustPolicy()));
  }

  /** What {@code ListRoles} says of a role: no tags and no boundary (IAM API reference). */
  static void listedRole(Xml xml, Role role) {
    role(xml, role);
    if (!role.description.isEmpty()) {
      xml.element("Description", role.description);
    }
    xml.element("MaxSessionDuration", role.maxSession.toSeconds());
  }

  static void wholeRole(Xml xml, Role role) {
    listedRole(xml, role);
    boundary(xml, role);
    tags(xml, role.tags);
    xml.element("RoleLastUsed", IamXml::nothing);
  }

  static void boundary(Xml xml, Role role) {
    ManagedPolicy boundary = role.boundary;
    if (boundary != null) {
      xml.element(
          "PermissionsBoundary",
          each ->
              each.element("PermissionsBoundaryType", "Policy")
                  .element("PermissionsBoundaryArn", boundary.arn));
    }
  }

  /** What a listing says of an instance profile: no tags (IAM API reference). */
  static void listedProfile(Xml xml, ProfileView view) {
    InstanceProfile profile = view.profile();
    Role role = view.role();
    xml.element("Path", profile.path)
        .element("InstanceProfileName", profile.name)
        .element("InstanceProfileId", profile.id)
        .element("Arn", profile.shownArn())
        .element("CreateDate", profile.created)
        .list("Roles", "member", role == null ? List.<Role>of() : List.of(role), IamXml::role);
  }

  static void wholeProfile(Xml xml, ProfileView view) {
    listedProfile(xml, view);
    tags(xml, view.profile().tags);
  }

  static void tags(Xml xml, Map<String, String> tags) {
    if (!tags.isEmpty()) {
      xml.list("Tags", "member", tags.entrySet(), IamXml::tag);
    }
  }

  static void tag(Xml xml, Map.Entry<String, String> tag) {
    xml.element("Key", tag.getKey()).element("Value", tag.getValue());
  }

  static void attached(Xml xml, ManagedPolicy policy) {
    xml.element("PolicyName", policy.name).element("PolicyArn", policy.arn);
  }

  static void version(Xml xml, ManagedPolicy policy, ManagedPolicy.Version version) {
    xml.element("Document", encoded(version.document()));
    listedVersion(xml, policy, version);
  }

  /** What {@code ListPolicyVersions} says: no document (IAM API reference, PolicyVersion). */
  static void listedVersion(Xml xml, ManagedPolicy policy, ManagedPolicy.Version version) {
    xml.element("VersionId", version.id())
        .element("IsDefaultVersion", version.number() == policy.defaultVersion)
        .element("CreateDate", version.created());
  }
}
