package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Tags of instances. */
final class Ec2Tags {
  private record Tagged(String id, String key, String value) {}

  private final World world;
  private final Ec2Input input;

  Ec2Tags(World world, Ec2Input input) {
    this.world = world;
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "CreateTags", Operation.write(this::create),
        "DeleteTags", Operation.write(this::delete),
        "DescribeTags", Operation.read(this::describe));
  }

  private List<Instance> resources(Parameters parameters, Caller caller, String action) {
    parameters.required("ResourceId.1");
    List<Instance> resources = parameters.list("ResourceId").stream().map(input::instance).toList();
    resources.forEach(each -> input.require(caller, action, "instance/" + each.id));
    return resources;
  }

  private Consumer<Xml> create(Parameters parameters, Caller caller) {
    List<Instance> resources = resources(parameters, caller, "CreateTags");
    List<Parameters> tags = parameters.structures("Tag");
    for (Parameters tag : tags) {
      if (tag.required("Key").startsWith("aws:")) {
        throw new AwsError(
            400,
            "InvalidParameterValue",
            "Tag keys starting with 'aws:' are reserved for internal use");
      }
    }
    if (resources.stream().anyMatch(instance -> instance.metadataOptions.tagsEnabled)) {
      Ec2LaunchDetails.requireTellable(tags.stream().map(tag -> tag.required("Key")).toList());
    }
    Ec2Input.endDryRun(parameters);
    for (Instance instance : resources) {
      tags.forEach(tag -> instance.tags.put(tag.required("Key"), tag.get("Value", "")));
    }
    return xml -> xml.element("return", true);
  }

  private Consumer<Xml> delete(Parameters parameters, Caller caller) {
    List<Instance> resources = resources(parameters, caller, "DeleteTags");
    Ec2Input.endDryRun(parameters);
    for (Instance instance : resources) {
      for (Parameters tag : parameters.structures("Tag")) {
        String key = tag.required("Key");
        // With a value only a tag of that value goes; without one, whatever its value is.
        if (tag.all().containsKey("Value")) {
          instance.tags.remove(key, tag.get("Value", ""));
        } else {
          instance.tags.remove(key);
        }
      }
    }
    return xml -> xml.element("return", true);
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeTags", "*");
    var all = new ArrayList<Tagged>();
    for (Instance instance : world.instances()) {
      instance.tags.forEach((key, value) -> all.add(new Tagged(instance.id, key, value)));
    }
    List<Tagged> found =
        Ec2Input.filtered(
            parameters,
            all,
            (tag, filter) ->
                switch (filter) {
                  case "resource-id" -> List.of(tag.id());
                  case "resource-type" -> List.of("instance");
                  case "key" -> List.of(tag.key());
                  case "value" -> List.of(tag.value());
                  default -> null;
                });
    Page<Tagged> page = input.page(parameters, found, tag -> tag.id() + " " + tag.key(), "tags");
    return xml -> {
      xml.list(
          "tagSet",
          "item",
          page.items(),
          (each, tag) ->
              each.element("resourceId", tag.id())
                  .element("resourceType", "instance")
                  .element("key", tag.key())
                  .element("value", tag.value()));
      Ec2Input.next(xml, page);
    };
  }
}
