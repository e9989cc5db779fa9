package io.github.rolekeeper.testkit;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What EC2's requests have in common: ids, filters, pages, the dry run, permissions. */
final class Ec2Input {
  // A page holds 5 to 1000 (EC2 API reference, MaxResults).
  private static final int LEAST = 5;
  private static final int MOST = 1000;
  private static final int MOST_TAGS = 50;

  // What RunInstances makes besides and can tag (EC2 API reference); none of it is simulated.
  private static final Set<String> MADE_WITH_AN_INSTANCE =
      Set.of("volume", "network-interface", "spot-instances-request", "elastic-gpu");

  private final World world;

  Ec2Input(World world) {
    this.world = world;
  }

  void require(Caller caller, String action, String resource) {
    caller.require(
        "ec2:" + action, "*".equals(resource) ? resource : world.ec2Arn(resource), Denials.EC2);
  }

  /**
   * Checks that the caller may tag what a request makes.
   *
   * @param action what makes it, which is also the value of {@code ec2:CreateAction}
   */
  void requireTagging(Caller caller, String action, String resource, Map<String, String> tags) {
    if (!tags.isEmpty()) {
      caller.require(
          "ec2:CreateTags",
          world.ec2Arn(resource),
          IamEntities.keys(tags).with("ec2:CreateAction", action),
          Denials.EC2);
    }
  }

  /** Called when everything else about a request has been found in order. */
  static void endDryRun(Parameters parameters) {
    if (flag(parameters, "DryRun", false)) {
      throw new AwsError(
          412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }
  }

  Instance instance(String id) {
    requireForm(id);
    return world.instance(id);
  }

  static boolean isInstanceId(String id) {
    return id.matches("i-[0-9a-f]{8}([0-9a-f]{9})?");
  }

  private static void requireForm(String id) {
    if (!isInstanceId(id)) {
      throw new AwsError(400, "InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
    }
  }

  List<Instance> named(Parameters parameters) {
    List<String> ids = parameters.list("InstanceId");
    if (ids.isEmpty()) {
      return List.copyOf(world.instances());
    }
    ids.forEach(Ec2Input::requireForm);
    List<String> missing = ids.stream().distinct().filter(id -> world.find(id).isEmpty()).toList();
    if (missing.size() > 1) {
      throw new AwsError(
          400,
          "InvalidInstanceID.NotFound",
          "The instance IDs '" + String.join(", ", missing) + "' do not exist");
    }
    return ids.stream().distinct().map(world::instance).toList();
  }

  /**
   * Applies the filters of a request: each must hold for one of its values.
   *
   * @param known what an entry has of a filter's name; null if EC2 knows no such filter
   */
  static <T> List<T> filtered(
      Parameters parameters,
      Collection<T> all,
      Function<String, @Nullable Function<T, Collection<String>>> known) {
    List<T> found = List.copyOf(all);
    for (Parameters filter : parameters.structures("Filter")) {
      String name = filter.required("Name");
      List<String> wanted = filter.list("Value");
      if (wanted.isEmpty()) {
        throw new AwsError(
            400, "InvalidParameterValue", "The filter '" + name + "' must have a value");
      }
      Function<T, Collection<String>> values = known.apply(name);
      if (values == null) {
        throw new AwsError(400, "InvalidParameterValue", "The filter '" + name + "' is invalid");
      }
      found =
          found.stream()
              .filter(
                  each ->
                      values.apply(each).stream()
                          .anyMatch(
                              value ->
                                  wanted.stream()
                                      .anyMatch(pattern -> Wildcards.matchFilter(pattern, value))))
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
        world,
        found,
        key,
        listing,
        parameters.optional("NextToken").orElse(null),
        size,
        () ->
            new AwsError(
                400,
                "InvalidParameterValue",
                "The token '" + parameters.get("NextToken", "") + "' is invalid"));
  }

  /** A token that was used before stands for another request. */
  static AwsError otherRequest() {
    return new AwsError(
        400,
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous"
            + " request(s).");
  }

  static void requireValue(boolean valid, String parameter, String value) {
    if (!valid) {
      throw new AwsError(
          400,
          "InvalidParameterValue",
          "Value (" + value + ") for parameter " + parameter + " is invalid.");
    }
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

  static boolean requiredFlag(Parameters parameters, String name) {
    parameters.required(name);
    return flag(parameters, name, false);
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

  /** The tags that a request gives to what it makes, which is of one kind. */
  static Map<String, String> tags(Parameters parameters, String kind) {
    var tags = new LinkedHashMap<String, String>();
    parameters.requireOnly("TagSpecification", "ResourceType", "Tag");
    for (Parameters specification : parameters.structures("TagSpecification")) {
      String type = specification.get("ResourceType", "");
      if (kind.equals("instance") && MADE_WITH_AN_INSTANCE.contains(type)) {
        continue;
      }
      if (!kind.equals(type)) {
        throw new AwsError(
            400,
            "InvalidParameterValue",
            "'"
                + type
                + "' is not a valid taggable resource type for this operation: the simulated"
                + " account has "
                + kind);
      }
      tags.putAll(tags(specification));
    }
    tag(new LinkedHashMap<>(), tags);
    return tags;
  }

  /** The tags of a request; keys are compared as they are written. */
  static Map<String, String> tags(Parameters parameters) {
    var tags = new LinkedHashMap<String, String>();
    for (Parameters tag : parameters.structures("Tag")) {
      String key = tag.required("Key");
      String value = tag.get("Value", "");
      if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
        throw new AwsError(
            400,
            "InvalidParameterValue",
            "Tag keys starting with 'aws:' are reserved for internal use");
      }
      if (key.length() > 128 || value.length() > 256) {
        throw new AwsError(
            400,
            "InvalidParameterValue",
            "The tag '" + key + "' is too long: a key has 128 characters at most, a value 256.");
      }
      if (tags.put(key, value) != null) {
        throw new AwsError(
            400, "InvalidParameterValue", "Duplicate tag key '" + key + "' specified.");
      }
    }
    return tags;
  }

  /**
   * Adds tags unless there would be too many then.
   *
   * @throws AwsError {@code TagLimitExceeded}
   */
  static void tag(Map<String, String> present, Map<String, String> added) {
    var keys = new HashSet<>(added.keySet());
    keys.addAll(present.keySet());
    keys.removeIf(key -> key.startsWith("aws:"));
    if (keys.size() > MOST_TAGS) {
      throw new AwsError(
          400,
          "TagLimitExceeded",
          "The maximum number of Tags for a resource has been reached: " + MOST_TAGS);
    }
    present.putAll(added);
  }
}
