package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The condition keys of a request and their values; keys are compared without regard to case. A key
 * without values is known to be absent from the request; a key that is not here at all is one that
 * the account does not simulate.
 */
final class RequestContext {
  // IAM User Guide, policy variables: with a default value, as ${aws:PrincipalTag/team, 'none'}.
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{([^},]*)(?:,\\s*'([^'}]*)'\\s*)?}");

  private static final Set<String> ESCAPES = Set.of("*", "?", "$");

  private final Map<String, List<String>> keys = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  RequestContext with(String key, String... values) {
    keys.put(key, List.of(values));
    return this;
  }

  RequestContext with(Map<String, String> values) {
    values.forEach(this::with);
    return this;
  }

  /** All tags under a prefix such as {@code aws:ResourceTag/}; the others of it are absent. */
  RequestContext withTags(String prefix, Map<String, String> tags) {
    keys.put(prefix, List.of());
    tags.forEach((key, value) -> with(prefix + key, value));
    return this;
  }

  boolean knows(String key) {
    return keys.containsKey(key) || keys.containsKey(key.substring(0, key.indexOf('/') + 1));
  }

  List<String> values(String key) {
    return keys.getOrDefault(key, List.of());
  }

  Map<String, List<String>> keys() {
    return keys;
  }

  /**
   * Fills in policy variables, each with what stands for its value in a pattern; empty if one has
   * neither a single value in this request nor a default. Escapes such as {@code ${*}} stay.
   */
  Optional<String> expand(String text) {
    Matcher variable = VARIABLE.matcher(text);
    var expanded = new StringBuilder();
    while (variable.find()) {
      String name = variable.group(1);
      if (ESCAPES.contains(name)) {
        variable.appendReplacement(expanded, Matcher.quoteReplacement(variable.group()));
        continue;
      }
      List<String> values = values(name.strip());
      String otherwise = variable.group(2);
      if (values.size() != 1 && otherwise == null) {
        return Optional.empty();
      }
      String value = values.size() == 1 ? values.get(0) : String.valueOf(otherwise);
      variable.appendReplacement(expanded, Matcher.quoteReplacement(Wildcards.escaped(value)));
    }
    return Optional.of(variable.appendTail(expanded).toString());
  }
}
