package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The condition keys of a request and their values; keys are compared without regard to case. A key
 * without values is known to be absent from the request; a key that is not here at all is one that
 * the account does not simulate.
 */
final class RequestContext {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

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

  /** Fills in policy variables; empty if one has no single value in this request. */
  Optional<String> expand(String text) {
    Matcher variable = VARIABLE.matcher(text);
    var expanded = new StringBuilder();
    while (variable.find()) {
      List<String> values = values(variable.group(1));
      if (values.size() != 1) {
        return Optional.empty();
      }
      variable.appendReplacement(expanded, Matcher.quoteReplacement(values.get(0)));
    }
    return Optional.of(variable.appendTail(expanded).toString());
  }
}
