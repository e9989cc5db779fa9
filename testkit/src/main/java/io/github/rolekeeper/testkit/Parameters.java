package io.github.rolekeeper.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The parameters of a Query request, in the numbered forms in which lists are sent. */
record Parameters(Map<String, String> all) {
  /** More entries than nine digits can count are in no list. */
  private static final Pattern INDEX = Pattern.compile("\\d{1,9}");

  private static final String MEMBER = ".member";

  Optional<String> optional(String name) {
    return Optional.ofNullable(all.get(name)).filter(value -> !value.isEmpty());
  }

  String get(String name, String otherwise) {
    return optional(name).orElse(otherwise);
  }

  /**
   * A parameter without which the operation has no meaning.
   *
   * @throws AwsError {@code MissingParameter}, EC2's code
   */
  String required(String name) {
    return optional(name)
        .orElseThrow(
            () ->
                new AwsError(
                    400, "MissingParameter", "The request must contain the parameter " + name));
  }

  /**
   * The values of {@code Name.1}, {@code Name.2}, … in the order of their numbers.
   *
   * @param name of IAM and its like with {@code .member} behind it
   * @throws AwsError {@code InvalidParameterValue} for what is not numbered so: to pass over it
   *     would make a request for some things one for all
   */
  List<String> list(String name) {
    var numbered = new TreeMap<Integer, String>();
    entries(name)
        .forEach(
            (rest, value) -> {
              String key = name + "." + rest;
              if (rest.indexOf('.') >= 0) {
                throw notNumbered(key);
              }
              numbered.put(index(key, rest), value);
            });
    return new ArrayList<>(numbered.values());
  }

  /**
   * What is below the name of a list; clients send an empty one as its bare name, or not at all.
   */
  private Map<String, String> entries(String name) {
    String bare = name.endsWith(MEMBER) ? name.substring(0, name.length() - MEMBER.length()) : name;
    var entries = new TreeMap<String, String>();
    all.forEach(
        (key, value) -> {
          if (key.startsWith(name + ".")) {
            entries.put(key.substring(name.length() + 1), value);
          } else if ((key.startsWith(bare + ".") || key.equals(bare)) && !value.isEmpty()) {
            throw notNumbered(key);
          }
        });
    return entries;
  }

  private static int index(String key, String number) {
    if (!INDEX.matcher(number).matches()) {
      throw notNumbered(key);
    }
    return Integer.parseInt(number);
  }

  private static AwsError notNumbered(String key) {
    return new AwsError(
        400, "InvalidParameterValue", "The parameter " + key + " is not numbered as a list's are");
  }

  /**
   * Refuses what is below a name, directly or by number, and not among the members that are heeded.
   *
   * @throws AwsError {@code UnknownParameter}, EC2's code
   */
  void requireOnly(String name, String... members) {
    Set<String> known = Set.of(members);
    for (String key : all.keySet()) {
      if (key.startsWith(name + ".")) {
        String member = key.substring(name.length() + 1).replaceFirst("^\\d+\\.", "");
        if (!known.contains(LaunchTemplates.head(member))) {
          throw unknown(key);
        }
      }
    }
  }

  /** EC2's refusal of what it does not know. */
  static AwsError unknown(String parameter) {
    return new AwsError(
        400,
        "UnknownParameter",
        "The parameter "
            + parameter
            + " is not recognized: the simulated account does not have it, or not with this value.");
  }

  /** Tells another request from a repetition of this one, which has the same token. */
  String digest() {
    var told = new TreeMap<>(all);
    told.keySet().removeAll(Set.of("ClientToken", "DryRun"));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(told.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What is below a name: {@code Name.Member} as {@code Member}. */
  Parameters below(String name) {
    var below = new TreeMap<String, String>();
    all.forEach(
        (key, value) -> {
          if (key.startsWith(name + ".")) {
            below.put(key.substring(name.length() + 1), value);
          }
        });
    return new Parameters(below);
  }

  /**
   * The prefixes {@code Name.1.}, {@code Name.2.}, … that are in use.
   *
   * @throws AwsError as {@link #list}
   */
  List<Parameters> structures(String name) {
    var numbers = new TreeMap<Integer, Map<String, String>>();
    entries(name)
        .forEach(
            (rest, value) -> {
              String key = name + "." + rest;
              int dot = rest.indexOf('.');
              if (dot < 0) {
                throw notNumbered(key);
              }
              numbers
                  .computeIfAbsent(index(key, rest.substring(0, dot)), any -> new TreeMap<>())
                  .put(rest.substring(dot + 1), value);
            });
    return numbers.values().stream().map(Parameters::new).toList();
  }
}
