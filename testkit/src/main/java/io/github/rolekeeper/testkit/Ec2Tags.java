package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Tags of instances and launch templates. */
final class Ec2Tags {
  private record Tagged(String id, String type, String key, String value) {}

  /** Something with tags. */
  private record Resource(String id, String type, Map<String, String> tags, boolean told) {
    static Resource of(Instance instance) {
      return new Resource(
          instance.id, "instance", instance.tags, instance.metadataOptions.tagsEnabled);
    }

    static Resource of(LaunchTemplate template) {
      return new Resource(template.id, "launch-template", template.tags, false);
    }
  }

  private final World world;
  private final Ec2Input input;

  Ec2Tags(World world, Ec2Input input) {
    this.world = world;
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "CreateTags", Operation.write(this::create, "ResourceId", "Tag", "DryRun"),
        "DeleteTags", Operation.write(this::delete, "ResourceId", "Tag", "DryRun"),
        "DescribeTags",
            Operation.read(this::describe, "Filter", "MaxResults", "NextToken", "DryRun"));
  }

  private List<Resource> resources(Parameters parameters, Caller caller, String action) {
    parameters.required("ResourceId.1");
    List<Resource> resources =
        parameters.list("ResourceId").stream().distinct().map(this::resource).toList();
    resources.forEach(each -> input.require(caller, action, each.type() + "/" + each.id()));
    return resources;
  }

  private Resource resource(String id) {
    if (id.startsWith("lt-")) {
      return Resource.of(world.launchTemplates.byId(id));
    }
    if (id.startsWith("i-")) {
      return Resource.of(input.instance(id));
    }
    throw new AwsError(
        400,
        "InvalidID",
        "The ID '"
            + id
            + "' is not valid: the simulated account tags instances and launch"
            + " templates");
  }

  private Consumer<Xml> create(Parameters parameters, Caller caller) {
    List<Resource> resources = resources(parameters, caller, "CreateTags");
    parameters.required("Tag.1.Key");
    Map<String, String> tags = Ec2Input.tags(parameters);
    if (resources.stream().anyMatch(Resource::told)) {
      Ec2LaunchDetails.requireTellable(tags.keySet());
    }
    Ec2Input.endDryRun(parameters);
    resources.forEach(each -> Ec2Input.tag(each.tags(), tags));
    return xml -> xml.element("return", true);
  }

  private Consumer<Xml> delete(Parameters parameters, Caller caller) {
    List<Resource> resources = resources(parameters, caller, "DeleteTags");
    List<Parameters> tags = parameters.structures("Tag");
    Map<String, String> wanted = Ec2Input.tags(parameters);
    Ec2Input.endDryRun(parameters);
    for (Resource resource : resources) {
      if (tags.isEmpty()) {
        // All that are the user's own (EC2 API reference, DeleteTags).
        resource.tags().keySet().removeIf(key -> !key.startsWith("aws:"));
      }
      for (Parameters tag : tags) {
        String key = tag.required("Key");
        // With a value only a tag of that value goes; without one, whatever its value is.
        if (tag.all().containsKey("Value")) {
          resource.tags().remove(key, wanted.get(key));
        } else {
          resource.tags().remove(key);
        }
      }
    }
    return xml -> xml.element("return", true);
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeTags", "*");
    var resources = new ArrayList<Resource>();
    world.instances().forEach(each -> resources.add(Resource.of(each)));
    world.launchTemplates.all().forEach(each -> resources.add(Resource.of(each)));
    var all = new ArrayList<Tagged>();
    for (Resource each : resources) {
      each.tags().forEach((key, value) -> all.add(new Tagged(each.id(), each.type(), key, value)));
    }
    List<Tagged> found =
        Ec2Input.filtered(
            parameters,
            all,
            filter ->
                switch (filter) {
                  case "resource-id" -> tag -> List.of(tag.id());
                  case "resource-type" -> tag -> List.of(tag.type());
                  case "key" -> tag -> List.of(tag.key());
                  case "value" -> tag -> List.of(tag.value());
                  default ->
                      filter.startsWith("tag:")
                          ? tag ->
                              filter.equals("tag:" + tag.key()) ? List.of(tag.value()) : List.of()
                          : null;
                });
    Page<Tagged> page = input.page(parameters, found, tag -> tag.id() + " " + tag.key(), "tags");
    return xml -> {
      xml.list(
          "tagSet",
          "item",
          page.items(),
          (each, tag) ->
              each.element("resourceId", tag.id())
                  .element("resourceType", tag.type())
                  .element("key", tag.key())
                  .element("value", tag.value()));
      Ec2Input.next(xml, page);
    };
  }
}
