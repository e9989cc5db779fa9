package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Launch templates and their versions. What they say is looked at when they are launched from, not
 * before: a template may name a profile that is not there.
 */
final class Ec2LaunchTemplates {
  private static final String DATA = "LaunchTemplateData";

  // A page holds 1 to 200 (EC2 API reference, DescribeLaunchTemplates and -Versions).
  private static final int LEAST = 1;
  private static final int MOST = 200;

  private final World world;
  private final LaunchTemplates templates;
  private final Ec2Input input;

  Ec2LaunchTemplates(World world, Ec2Input input) {
    this.world = world;
    this.templates = world.launchTemplates;
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "CreateLaunchTemplate",
            Operation.write(
                this::create,
                "LaunchTemplateName",
                "VersionDescription",
                "LaunchTemplateData",
                "TagSpecification",
                "ClientToken",
                "DryRun"),
        "CreateLaunchTemplateVersion",
            Operation.write(
                this::createVersion,
                "LaunchTemplateId",
                "LaunchTemplateName",
                "SourceVersion",
                "VersionDescription",
                "LaunchTemplateData",
                "ClientToken",
                "DryRun"),
        "DescribeLaunchTemplates",
            Operation.read(
                this::describe,
                "LaunchTemplateId",
                "LaunchTemplateName",
                "Filter",
                "MaxResults",
                "NextToken",
                "DryRun"),
        "DescribeLaunchTemplateVersions",
            Operation.read(
                this::describeVersions,
                "LaunchTemplateId",
                "LaunchTemplateName",
                "LaunchTemplateVersion",
                "MinVersion",
                "MaxVersion",
                "Filter",
                "MaxResults",
                "NextToken",
                "DryRun"),
        "ModifyLaunchTemplate",
            Operation.write(
                this::modify,
                "LaunchTemplateId",
                "LaunchTemplateName",
                "SetDefaultVersion",
                "ClientToken",
                "DryRun"),
        "DeleteLaunchTemplate",
            Operation.write(this::delete, "LaunchTemplateId", "LaunchTemplateName", "DryRun"),
        "DeleteLaunchTemplateVersions",
            Operation.write(
                this::deleteVersions,
                "LaunchTemplateId",
                "LaunchTemplateName",
                "LaunchTemplateVersion",
                "DryRun"),
        "GetLaunchTemplateData", Operation.read(this::dataOfInstance, "InstanceId", "DryRun"));
  }

  private Consumer<Xml> create(Parameters parameters, Caller caller) {
    input.require(caller, "CreateLaunchTemplate", "launch-template/*");
    String name = parameters.required("LaunchTemplateName");
    if (!name.matches("[a-zA-Z0-9().\\-/_]{3,128}")) {
      throw new AwsError(
          400,
          "InvalidLaunchTemplateName.MalformedException",
          "The launch template name '"
              + name
              + "' must be 3 to 128 letters, digits or ( ) . - / _ characters.");
    }
    Parameters data = data(parameters);
    String token = parameters.get("ClientToken", "");
    Map<String, String> tags = Ec2Input.tags(parameters, "launch-template");
    input.requireTagging(caller, "CreateLaunchTemplate", "launch-template/*", tags);
    String description = parameters.get("VersionDescription", "");
    Optional<LaunchTemplate> same = templates.find(name);
    boolean repeated = false;
    for (LaunchTemplate each : templates.all()) {
      LaunchTemplate.Version first = each.versions.get(1L);
      if (first != null && first.isOf(token)) {
        requireRepetition(first.request().equals(parameters.digest()));
        repeated = true;
      }
    }
    if (same.isPresent() && !repeated) {
      throw new AwsError(
          400,
          "InvalidLaunchTemplateName.AlreadyExistsException",
          "Launch template name already in use.");
    }
    Ec2Input.endDryRun(parameters);
    LaunchTemplate template =
        same.orElseGet(
            () -> {
              var fresh =
                  new LaunchTemplate(world.ids.launchTemplate(), name, world.now(), caller.arn());
              fresh.tags.putAll(tags);
              fresh.add(description, world.now(), caller.arn(), token, parameters.digest(), data);
              templates.add(fresh);
              return fresh;
            });
    return single(template);
  }

  private Consumer<Xml> createVersion(Parameters parameters, Caller caller) {
    LaunchTemplate template = permitted(parameters, caller, "CreateLaunchTemplateVersion");
    Parameters given = data(parameters);
    Parameters data =
        parameters
            .optional("SourceVersion")
            .map(source -> LaunchTemplates.overridden(version(template, source).data(), given))
            .orElse(given);
    String token = parameters.get("ClientToken", "");
    String description = parameters.get("VersionDescription", "");
    Optional<LaunchTemplate.Version> same =
        template.versions.values().stream().filter(each -> each.isOf(token)).findFirst();
    requireRepetition(same.map(each -> each.request().equals(parameters.digest())).orElse(true));
    Ec2Input.endDryRun(parameters);
    LaunchTemplate.Version version =
        same.orElseGet(
            () ->
                template.add(
                    description, world.now(), caller.arn(), token, parameters.digest(), data));
    return xml ->
        xml.element(
            "launchTemplateVersion", each -> LaunchTemplateXml.version(each, template, version));
  }

  private static void requireRepetition(boolean same) {
    if (!same) {
      throw Ec2Input.otherRequest();
    }
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeLaunchTemplates", "*");
    var chosen = new ArrayList<LaunchTemplate>();
    parameters.list("LaunchTemplateId").forEach(id -> chosen.add(templates.byId(id)));
    parameters.list("LaunchTemplateName").forEach(name -> chosen.add(templates.byName(name)));
    List<LaunchTemplate> found =
        Ec2Input.filtered(
            parameters,
            chosen.isEmpty() ? templates.all() : chosen.stream().distinct().toList(),
            Ec2LaunchTemplates::filterValues);
    Page<LaunchTemplate> page =
        input.page(parameters, found, each -> each.id, "launch-templates", LEAST, MOST);
    return xml -> {
      xml.list("launchTemplates", "item", page.items(), LaunchTemplateXml::template);
      Ec2Input.next(xml, page);
    };
  }

  private static @Nullable Function<LaunchTemplate, Collection<String>> filterValues(
      String filter) {
    if (filter.startsWith("tag:")) {
      String key = filter.substring("tag:".length());
      return template -> Optional.ofNullable(template.tags.get(key)).stream().toList();
    }
    return switch (filter) {
      case "launch-template-name" -> template -> List.of(template.name);
      case "create-time" -> template -> List.of(template.created.toString());
      case "tag-key" -> template -> List.copyOf(template.tags.keySet());
      default -> null;
    };
  }

  private record Described(LaunchTemplate template, LaunchTemplate.Version version) {
    /** Of one template the newest comes first, as EC2 lists them. */
    String key() {
      return template.id + String.format(Locale.ROOT, " %019d", Long.MAX_VALUE - version.number());
    }

    List<String> told(String parameter) {
      return version.data().optional(parameter).stream().toList();
    }
  }

  private Consumer<Xml> describeVersions(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeLaunchTemplateVersions", "*");
    List<String> wanted = parameters.list("LaunchTemplateVersion");
    var found = new ArrayList<Described>();
    if (parameters.optional("LaunchTemplateId").isEmpty()
        && parameters.optional("LaunchTemplateName").isEmpty()) {
      // Of all templates, only these can be asked for (EC2 API reference).
      for (String version : wanted) {
        if (!version.equals(LaunchTemplate.LATEST) && !version.equals(LaunchTemplate.DEFAULT)) {
          throw neitherLatestNorDefault();
        }
      }
      if (wanted.isEmpty()) {
        throw neitherLatestNorDefault();
      }
      templates.all().forEach(template -> chosen(template, wanted, found));
    } else {
      LaunchTemplate template = templates.named(parameters);
      if (wanted.isEmpty()) {
        long least = number(parameters, "MinVersion", 1);
        long most = number(parameters, "MaxVersion", Long.MAX_VALUE);
        template.versions.values().stream()
            .filter(version -> version.number() >= least && version.number() <= most)
            .forEach(version -> found.add(new Described(template, version)));
      } else {
        chosen(template, wanted, found);
      }
    }
    List<Described> matching =
        Ec2Input.filtered(
            parameters,
            found.stream().distinct().toList(),
            Ec2LaunchTemplates::versionFilterValues);
    Page<Described> page =
        input.page(parameters, matching, Described::key, "launch-template-versions", LEAST, MOST);
    return xml -> {
      xml.list(
          "launchTemplateVersionSet",
          "item",
          page.items(),
          (each, described) ->
              LaunchTemplateXml.version(each, described.template(), described.version()));
      Ec2Input.next(xml, page);
    };
  }

  private static AwsError neitherLatestNorDefault() {
    return new AwsError(
        400,
        "InvalidParameterValue",
        "Without a launch template ID or name, only the versions $Latest and $Default can be"
            + " described.");
  }

  private static void chosen(LaunchTemplate template, List<String> wanted, List<Described> found) {
    wanted.forEach(version -> found.add(new Described(template, version(template, version))));
  }

  private static @Nullable Function<Described, Collection<String>> versionFilterValues(
      String filter) {
    return switch (filter) {
      case "create-time" -> each -> List.of(each.version().created().toString());
      case "is-default-version" ->
          each ->
              List.of(String.valueOf(each.version().number() == each.template().defaultVersion));
      // By ARN (EC2 API reference); a template that names its profile is not found by it.
      case "iam-instance-profile" -> each -> each.told("IamInstanceProfile.Arn");
      case "image-id" -> each -> each.told("ImageId");
      case "instance-type" -> each -> each.told("InstanceType");
      case "http-tokens" -> each -> each.told("MetadataOptions.HttpTokens");
      case "kernel-id" -> each -> each.told("KernelId");
      case "ram-disk-id" -> each -> each.told("RamDiskId");
      case "http-endpoint" -> each -> each.told("MetadataOptions.HttpEndpoint");
      default -> null;
    };
  }

  private Consumer<Xml> modify(Parameters parameters, Caller caller) {
    LaunchTemplate template = permitted(parameters, caller, "ModifyLaunchTemplate");
    LaunchTemplate.Version version = version(template, parameters.required("SetDefaultVersion"));
    Ec2Input.endDryRun(parameters);
    template.defaultVersion = version.number();
    return single(template);
  }

  private Consumer<Xml> delete(Parameters parameters, Caller caller) {
    LaunchTemplate template = permitted(parameters, caller, "DeleteLaunchTemplate");
    Ec2Input.endDryRun(parameters);
    templates.remove(template);
    return single(template);
  }

  private Consumer<Xml> deleteVersions(Parameters parameters, Caller caller) {
    LaunchTemplate template = permitted(parameters, caller, "DeleteLaunchTemplateVersions");
    parameters.required("LaunchTemplateVersion.1");
    Ec2Input.endDryRun(parameters);
    var deleted = new ArrayList<Long>();
    var kept = new TreeMap<Long, String>();
    for (String wanted : parameters.list("LaunchTemplateVersion")) {
      if (!wanted.matches("\\d{1,18}")) {
        throw new AwsError(
            400, "InvalidParameterValue", "Invalid launch template version: \"" + wanted + "\"");
      }
      long number = Long.parseLong(wanted);
      if (number == template.defaultVersion) {
        kept.put(number, "unexpectedError");
      } else if (template.versions.remove(number) == null) {
        kept.put(number, "launchTemplateVersionDoesNotExist");
      } else {
        deleted.add(number);
      }
    }
    return xml ->
        xml.list(
                "successfullyDeletedLaunchTemplateVersionSet",
                "item",
                deleted,
                (each, number) -> deletion(each, template, number))
            .list(
                "unsuccessfullyDeletedLaunchTemplateVersionSet",
                "item",
                kept.entrySet(),
                (each, failure) -> {
                  deletion(each, template, failure.getKey());
                  each.element(
                      "responseError",
                      error ->
                          error
                              .element("code", failure.getValue())
                              .element(
                                  "message",
                                  failure.getKey() == template.defaultVersion
                                      ? "The default version cannot be deleted; make another"
                                          + " version the default first."
                                      : LaunchTemplates.missingVersion(
                                              template, failure.getKey().toString())
                                          .text()));
                });
  }

  private static void deletion(Xml xml, LaunchTemplate template, long number) {
    xml.element("launchTemplateId", template.id)
        .element("launchTemplateName", template.name)
        .element("versionNumber", number);
  }

  private Consumer<Xml> dataOfInstance(Parameters parameters, Caller caller) {
    Instance instance = input.instance(parameters.required("InstanceId"));
    input.require(caller, "GetLaunchTemplateData", "instance/" + instance.id);
    var data = new TreeMap<String, String>();
    data.put("ImageId", instance.options.imageId());
    data.put("InstanceType", instance.options.type());
    Association association = instance.association;
    if (association != null) {
      data.put("IamInstanceProfile.Arn", association.profileArn());
    }
    Instance.MetadataOptions metadata = instance.metadataOptions;
    data.put("MetadataOptions.HttpTokens", metadata.tokensRequired ? "required" : "optional");
    data.put("MetadataOptions.HttpEndpoint", metadata.enabled ? "enabled" : "disabled");
    data.put("MetadataOptions.HttpProtocolIpv6", metadata.ipv6Enabled ? "enabled" : "disabled");
    data.put("MetadataOptions.HttpPutResponseHopLimit", String.valueOf(metadata.hopLimit));
    data.put("DisableApiStop", String.valueOf(instance.stopProtected));
    data.put("DisableApiTermination", String.valueOf(instance.terminationProtected));
    return xml ->
        xml.element(
            "launchTemplateData", each -> LaunchTemplateXml.data(each, new Parameters(data)));
  }

  private LaunchTemplate permitted(Parameters parameters, Caller caller, String action) {
    LaunchTemplate template = templates.named(parameters);
    input.require(caller, action, "launch-template/" + template.id);
    return template;
  }

  private static LaunchTemplate.Version version(LaunchTemplate template, String wanted) {
    return template
        .version(wanted)
        .orElseThrow(() -> LaunchTemplates.missingVersion(template, wanted));
  }

  private static Parameters data(Parameters parameters) {
    Parameters data = parameters.below(DATA);
    if (data.all().isEmpty()) {
      throw new AwsError(400, "MissingParameter", "The request must contain the parameter " + DATA);
    }
    return data;
  }

  private static long number(Parameters parameters, String name, long otherwise) {
    return parameters.optional(name).isEmpty() ? otherwise : Ec2Input.integer(parameters, name, 1);
  }

  private static Consumer<Xml> single(LaunchTemplate template) {
    return xml -> xml.element("launchTemplate", each -> LaunchTemplateXml.template(each, template));
  }
}
