package io.github.rolekeeper.testkit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What EC2's requests have in common: ids, filters, pages, the dry run, permissions. */
final class Ec2Input {
  // A page holds 5 to 1000 (EC2 API reference, MaxResults).
  private static final int LEAST = 5;
  private static final int MOST = 1000;

  private final World world;

  Ec2Input(World world) {
    this.world = world;
  }

  void require(Caller caller, String action, String resource) {
    caller.require(
        "ec2:" + action, "*".equals(resource) ? resource : world.ec2Arn(resource), Denials.EC2);
  }

  /** Called when everything else about a request has been found in order. */
  static void endDryRun(Parameters parameters) {
    if ("true".equals(parameters.get("DryRun", ""))) {
      throw new AwsError(
          412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }
  }

  Instance instance(String id) {
    if (!id.matches("i-[0-9a-f]{8}([0-9a-f]{9})?")) {
      throw new AwsError(400, "InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
    }
    return world.instance(id);
  }

  List<Instance> named(Parameters parameters) {
    List<String> ids = parameters.list("InstanceId");
    return ids.isEmpty()
        ? List.copyOf(world.instances())
        : ids.stream().distinct().map(this::instance).toList();
  }

  /**
   * Applies the filters of a request: each must hold for one of its values.
   *
   * @param values what an entry has of a filter's name, null if EC2 knows no such filter
   */
  static <T> List<T> filtered(
      Parameters parameters,
      Collection<T> all,
      BiFunction<T, String, @Nullable Collection<String>> values) {
    List<T> found = List.copyOf(all);
    for (Parameters filter : parameters.structures("Filter")) {
      String name = filter.required("Name");
      List<String> wanted = filter.list("Value");
      if (wanted.isEmpty()) {
        throw new AwsError(
            400, "InvalidParameterValue", "The filter '" + name + "' must have a value");
      }
      found =
          found.stream()
              .filter(
                  each -> {
                    Collection<String> have = values.apply(each, name);
                    if (have == null) {
                      throw new AwsError(
                          400, "InvalidParameterValue", "The filter '" + name + "' is invalid");
                    }
                    return have.stream()
                        .anyMatch(
                            value ->
                                wanted.stream()
                                    .anyMatch(pattern -> Wildcards.match(pattern, value)));
                  })
              .toList();
    }
    return found;
  }

  <T> Page<T> page(
      Parameters parameters, Collection<T> found, Function<T, String> key, String listing) {
    return page(parameters, found, key, listing, LEAST, MOST);
  }

  <T> Page<T> page(
      Parameters parameters,
      Collection<T> found,
      Function<T, String> key,
      String listing,
      int least,
      int most) {
    int size = most;
    if (parameters.optional("MaxResults").isPresent()) {
      size = integer(parameters, "MaxResults", most);
      if (size < least || size > most) {
        throw new AwsError(
            400,
            "InvalidParameterValue",
            "Value ( "
                + size
                + " ) for parameter maxResults is invalid. Expecting a value between "
                + least
                + " and "
                + most
                + ".");
      }
    }
    return Page.of(
        found,
        key,
        listing,
        parameters.optional("NextToken").orElse(null),
        Math.min(size, world.settings.pageLimit),
        () ->
            new AwsError(
                400,
                "InvalidParameterValue",
                "The token '" + parameters.get("NextToken", "") + "' is invalid"));
  }

  static void next(Xml xml, Page<?> page) {
    String token = page.next();
    if (token != null) {
      xml.element("nextToken", token);
    }
  }

  static int integer(Parameters parameters, String name, int otherwise) {
    String value = parameters.get(name, Integer.toString(otherwise));
    if (!value.matches("-?\\d{1,9}")) {
      throw new AwsError(
          400,
          "InvalidParameterValue",
          "Invalid value '" + value + "' for " + name + ". Expecting an integer.");
    }
    return Integer.parseInt(value);
  }

  /** A flag as EC2 wants it. */
  static boolean flag(Parameters parameters, String name, boolean otherwise) {
    String value = parameters.get(name, Boolean.toString(otherwise));
    if (!value.equals("true") && !value.equals("false")) {
      throw new AwsError(
          400,
          "InvalidParameterValue",
          "Invalid value '" + value + "' for " + name + ". Expecting true or false.");
    }
    return value.equals("true");
  }

  /** The tags that a request gives to a kind of resource at its creation. */
  static Map<String, String> tags(Parameters parameters, String kind) {
    var tags = new LinkedHashMap<String, String>();
    for (Parameters specification : parameters.structures("TagSpecification")) {
      if (kind.equals(specification.get("ResourceType", ""))) {
        specification
            .structures("Tag")
            .forEach(tag -> tags.put(tag.required("Key"), tag.get("Value", "")));
      }
    }
    return tags;
  }
}
