package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The parameters of a Query request, in the numbered forms in which lists are sent. */
record Parameters(Map<String, String> all) {

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

  /** The values of {@code Name.1}, {@code Name.2}, … in the order of their numbers. */
  List<String> list(String name) {
    var numbered = new TreeMap<Integer, String>();
    all.forEach(
        (key, value) -> {
          if (key.startsWith(name + ".") && key.substring(name.length() + 1).matches("\\d{1,9}")) {
            numbered.put(Integer.valueOf(key.substring(name.length() + 1)), value);
          }
        });
    return new ArrayList<>(numbered.values());
  }

  /** The prefixes {@code Name.1.}, {@code Name.2.}, … that are in use. */
  List<Parameters> structures(String name) {
    var numbers = new TreeMap<Integer, Map<String, String>>();
    all.forEach(
        (key, value) -> {
          String rest = key.startsWith(name + ".") ? key.substring(name.length() + 1) : "";
          int dot = rest.indexOf('.');
          if (dot > 0 && rest.substring(0, dot).matches("\\d{1,9}")) {
            numbers
                .computeIfAbsent(Integer.valueOf(rest.substring(0, dot)), any -> new TreeMap<>())
                .put(rest.substring(dot + 1), value);
          }
        });
    return numbers.values().stream().map(Parameters::new).toList();
  }
}
