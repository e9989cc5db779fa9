package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;

/** Launch templates as EC2 describes them. */
final class LaunchTemplateXml {
  private LaunchTemplateXml() {}

  static void template(Xml xml, LaunchTemplate template) {
    xml.element("launchTemplateId", template.id)
        .element("launchTemplateName", template.name)
        .element("createTime", template.created)
        .element("createdBy", template.createdBy)
        .element("defaultVersionNumber", template.defaultVersion)
        .element("latestVersionNumber", template.versions.lastKey())
        .list(
            "tagSet",
            "item",
            template.tags.entrySet(),
            (each, tag) -> each.element("key", tag.getKey()).element("value", tag.getValue()));
  }

  static void version(Xml xml, LaunchTemplate template, LaunchTemplate.Version version) {
    xml.element("launchTemplateId", template.id)
        .element("launchTemplateName", template.name)
        .element("versionNumber", version.number());
    if (!version.description().isEmpty()) {
      xml.element("versionDescription", version.description());
    }
    xml.element("createTime", version.created())
        .element("createdBy", version.createdBy())
        .element("defaultVersion", version.number() == template.defaultVersion)
        .element("launchTemplateData", each -> data(each, version.data()));
  }

  /** Launch parameters: what a request numbers, the answer puts into sets. */
  static void data(Xml xml, Parameters data) {
    members(xml, WireJson.ofParameters(data));
  }

  private static void members(Xml xml, JsonNode object) {
    object
        .properties()
        .forEach(
            member -> {
              String name = member.getKey();
              JsonNode value = member.getValue();
              if (!value.isArray()) {
                xml.element(name, each -> content(each, value));
              } else if (name.equals("securityGroupId") && object.has("deviceIndex")) {
                // A network interface's groups are listed in a way of their own.
                xml.list("groupSet", "groupId", value, LaunchTemplateXml::content);
              } else {
                xml.list(set(name), "item", value, LaunchTemplateXml::content);
              }
            });
  }

  private static String set(String name) {
    return name.equals("licenseSpecification") ? "licenseSet" : name + "Set";
  }

  private static void content(Xml xml, JsonNode value) {
    if (value.isObject()) {
      members(xml, value);
    } else {
      xml.text(value.asText());
    }
  }
}
