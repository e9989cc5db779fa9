package io.github.rolekeeper.testkit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the parameters of IAM and STS, and refuses in their words what breaks a constraint. */
final class IamInput {
  private static final int MOST_TAGS = 50;
  private static final int LONGEST_PATH = 512;
  private static final int LARGEST_PAGE = 1000;

  /** What IAM returns if the client does not ask for a number (IAM API reference). */
  private static final int DEFAULT_PAGE = 100;

  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");

  // U+0021 to U+007F (IAM API reference, CreateRole, Path).
  private static final Pattern PATH = Pattern.compile("/|/[\\x21-\\x7f]+/");

  // IAM API reference, Tag; an empty value is one, too.
  private static final Pattern TAG_TEXT = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+");

  private IamInput() {}

  static boolean isName(String text, int longest) {
    return NAME.matcher(text).matches() && text.length() <= longest;
  }

  static boolean isPath(String text) {
    return PATH.matcher(text).matches() && text.length() <= LONGEST_PATH;
  }

  static String required(Parameters parameters, String parameter) {
    return parameters
        .optional(parameter)
        .orElseThrow(
            () ->
                invalid(
                    "1 validation error detected: Value null at '"
                        + member(parameter)
                        + "' failed to satisfy constraint: Member must not be null"));
  }

  /** A name that may be at most so long. */
  static String name(Parameters parameters, String parameter, int longest) {
    String name = required(parameters, parameter);
    if (!NAME.matcher(name).matches()) {
      throw invalid(
          "The specified value for "
              + member(parameter)
              + " is invalid. It must contain only alphanumeric characters and/or the following:"
              + " +=,.@_-");
    }
    if (name.length() > longest) {
      throw violated(
          member(parameter), name, "Member must have length less than or equal to " + longest);
    }
    return name;
  }

  static String roleName(Parameters parameters) {
    return name(parameters, "RoleName", 64);
  }

  static String profileName(Parameters parameters) {
    return name(parameters, "InstanceProfileName", 128);
  }

  static String policyName(Parameters parameters) {
    return name(parameters, "PolicyName", 128);
  }

  static String path(Parameters parameters) {
    String path = parameters.get("Path", "/");
    if (!PATH.matcher(path).matches()) {
      throw invalid(
          "The specified value for path is invalid. It must begin and end with / and contain only"
              + " alphanumeric characters and/or / characters.");
    }
    return shortEnough("path", path);
  }

  static String pathPrefix(Parameters parameters) {
    String prefix = parameters.get("PathPrefix", "/");
    if (!prefix.matches("/[\\x21-\\x7f]*")) {
      throw invalid(
          "The specified value for pathPrefix is invalid. It must begin with / and contain only"
              + " alphanumeric characters and/or / characters.");
    }
    return shortEnough("pathPrefix", prefix);
  }

  private static String shortEnough(String member, String path) {
    if (path.length() > LONGEST_PATH) {
      throw violated(member, path, "Member must have length less than or equal to " + LONGEST_PATH);
    }
    return path;
  }

  static int number(Parameters parameters, String parameter, int usual, int least, int most) {
    String text = parameters.get(parameter, String.valueOf(usual));
    if (!text.matches("-?\\d{1,9}")) {
      throw invalid("Invalid value for " + member(parameter) + ": " + text);
    }
    int number = Integer.parseInt(text);
    if (number < least) {
      throw violated(
          member(parameter), text, "Member must have value greater than or equal to " + least);
    }
    if (number > most) {
      throw violated(
          member(parameter), text, "Member must have value less than or equal to " + most);
    }
    return number;
  }

  /** A parameter that has one of certain values, or another of ours where it is not given. */
  static String oneOf(
      Parameters parameters, String parameter, String otherwise, List<String> values) {
    Optional<String> value = parameters.optional(parameter);
    value.ifPresent(each -> requireOneOf(parameter, each, values));
    return value.orElse(otherwise);
  }

  static void requireOneOf(String parameter, String value, List<String> values) {
    if (!values.contains(value)) {
      throw violated(member(parameter), value, "Member must satisfy enum value set: " + values);
    }
  }

  static boolean flag(Parameters parameters, String parameter) {
    return oneOf(parameters, parameter, "false", List.of("true", "false")).equals("true");
  }

  /** The tags without which a request to tag makes no sense; they may be none. */
  static Map<String, String> requiredTags(Parameters parameters) {
    requireList(parameters, "Tags");
    return tags(parameters);
  }

  /** The keys of the tags that a request takes away; they may be none. */
  static List<String> tagKeys(Parameters parameters) {
    requireList(parameters, "TagKeys");
    List<String> keys = members(parameters, "TagKeys");
    keys.forEach(key -> tagKey("tagKeys", key));
    return keys;
  }

  private static void requireList(Parameters parameters, String list) {
    // Clients send an empty list as its bare name.
    if (!parameters.all().containsKey(list)
        && parameters.all().keySet().stream().noneMatch(each -> each.startsWith(list + "."))) {
      required(parameters, list);
    }
  }

  private static void tagKey(String member, String key) {
    if (key.length() > 128) {
      throw violated(member, key, "Member must have length less than or equal to 128");
    }
    if (!TAG_TEXT.matcher(key).matches()) {
      throw violated(
          member, key, "Member must satisfy regular expression pattern: " + TAG_TEXT.pattern());
    }
  }

  static Map<String, String> tags(Parameters parameters) {
    var tags = new LinkedHashMap<String, String>();
    var keys = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (Parameters tag : parameters.structures("Tags.member")) {
      String key = required(tag, "Key");
      if (!keys.add(key)) {
        throw new AwsError(
            400,
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
      tagKey("tags", key);
      if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
        throw new AwsError(
            400,
            "InvalidInput",
            "Tag key '" + key + "' is reserved: keys must not begin with aws: in any case.");
      }
      String value = tag.all().get("Value");
      if (value == null) {
        required(tag, "Value");
      } else if (value.length() > 256) {
        throw violated("tags", value, "Member must have length less than or equal to 256");
      } else if (!value.isEmpty() && !TAG_TEXT.matcher(value).matches()) {
        throw violated(
            "tags", value, "Member must satisfy regular expression pattern: " + TAG_TEXT.pattern());
      } else {
        tags.put(key, value);
      }
    }
    if (tags.size() > MOST_TAGS) {
      throw violated("tags", "", "Member must have length less than or equal to " + MOST_TAGS);
    }
    return tags;
  }

  /** Adds tags unless there would be too many then. */
  static void tag(Map<String, String> present, Map<String, String> added, String entity) {
    var keys = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    keys.addAll(present.keySet());
    keys.addAll(added.keySet());
    if (keys.size() > MOST_TAGS) {
      throw quota("TagsPer" + entity, MOST_TAGS);
    }
    // Put anew, so that the key's last spelling is the one that shows.
    added.keySet().forEach(present::remove);
    present.putAll(added);
  }

  /** The page of a listing that the request asks for. */
  static <T> Page<T> page(
      World world,
      Parameters parameters,
      String listing,
      Collection<T> all,
      Function<T, String> key) {
    int size = number(parameters, "MaxItems", DEFAULT_PAGE, 1, LARGEST_PAGE);
    return Page.of(
        world,
        all,
        // Names of inline policies may differ in their case alone.
        each -> key.apply(each).toLowerCase(Locale.ROOT) + '\0' + key.apply(each),
        listing,
        parameters.optional("Marker").orElse(null),
        size,
        () -> invalid("Invalid Marker."));
  }

  static AwsError quota(String quota, int limit) {
    return new AwsError(409, "LimitExceeded", "Cannot exceed quota for " + quota + ": " + limit);
  }

  static AwsError invalid(String message) {
    return new AwsError(400, "ValidationError", message);
  }

  static AwsError violated(String member, String value, String constraint) {
    return invalid(
        "1 validation error detected: Value '"
            + value
            + "' at '"
            + member
            + "' failed to satisfy constraint: "
            + constraint);
  }

  static AwsError missing(String message) {
    return new AwsError(404, "NoSuchEntity", message);
  }

  private static String member(String parameter) {
    return Character.toLowerCase(parameter.charAt(0)) + parameter.substring(1);
  }

  /** The values of a list in the Query protocol's form with {@code member}. */
  static List<String> members(Parameters parameters, String list) {
    return parameters.list(list + ".member");
  }

  /** The members of a list, none of which may be longer. */
  static List<String> members(Parameters parameters, String list, int longest) {
    List<String> members = members(parameters, list);
    for (String each : members) {
      if (each.length() > longest) {
        // Not the whole value: it is as long as somebody likes.
        throw violated(
            member(list),
            each.substring(0, longest) + "...",
            "Member must have length less than or equal to " + longest);
      }
    }
    return members;
  }
}
