package io.github.rolekeeper.testkit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The account's launch templates. Guarded by the world's lock. */
final class LaunchTemplates {
  private final Map<String, LaunchTemplate> byId = new LinkedHashMap<>();

  Collection<LaunchTemplate> all() {
    return byId.values();
  }

  void add(LaunchTemplate template) {
    byId.put(template.id, template);
  }

  void remove(LaunchTemplate template) {
    byId.remove(template.id);
  }

  /**
   * Which template a structure of a request means, by {@code LaunchTemplateId} or {@code
   * LaunchTemplateName}.
   *
   * @throws AwsError if it says neither, both, or what is not there
   */
  LaunchTemplate named(Parameters parameters) {
    Optional<String> id = parameters.optional("LaunchTemplateId");
    Optional<String> name = parameters.optional("LaunchTemplateName");
    if (id.isPresent() == name.isPresent()) {
      throw new AwsError(
          400,
          id.isPresent() ? "InvalidParameterCombination" : "MissingParameter",
          id.isPresent()
              ? "Specify either a launch template ID or a launch template name, not both."
              : "Either a launch template ID or a launch template name must be specified in the"
                  + " request.");
    }
    return id.map(this::byId).orElseGet(() -> byName(name.orElseThrow()));
  }

  LaunchTemplate byId(String id) {
    if (!id.matches("lt-[0-9a-f]{8,17}")) {
      throw new AwsError(
          400, "InvalidLaunchTemplateId.Malformed", "Invalid launch template ID: \"" + id + "\"");
    }
    LaunchTemplate found = byId.get(id);
    if (found == null) {
      throw new AwsError(
          400,
          "InvalidLaunchTemplateId.NotFound",
          "The specified launch template, with template ID " + id + ", does not exist.");
    }
    return found;
  }

  LaunchTemplate byName(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new AwsError(
                    400,
                    "InvalidLaunchTemplateName.NotFoundException",
                    "The specified launch template, with template name "
                        + name
                        + ", does not exist."));
  }

  Optional<LaunchTemplate> find(String name) {
    return byId.values().stream().filter(each -> each.name.equals(name)).findFirst();
  }

  static AwsError missingVersion(LaunchTemplate template, String wanted) {
    return new AwsError(
        400,
        "InvalidLaunchTemplateId.VersionNotFound",
        "Could not find the specified version "
            + wanted
            + " for the launch template with ID "
            + template.id
            + ".");
  }

  /**
   * Launch parameters under others that override them, each with all that is below its name: a
   * profile by name replaces one by ARN.
   */
  static Parameters overridden(Parameters template, Parameters overriding) {
    var merged = new TreeMap<String, String>(overriding.all());
    template
        .all()
        .forEach(
            (name, value) -> {
              String member = head(name);
              if (overriding.all().keySet().stream().noneMatch(each -> head(each).equals(member))) {
                merged.put(name, value);
              }
            });
    return new Parameters(merged);
  }

  /** What is before the first dot of a parameter's name. */
  static String head(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
