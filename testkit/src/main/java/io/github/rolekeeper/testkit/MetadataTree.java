package io.github.rolekeeper.testkit;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What a metadata service has to tell in one of its versions: values by path, and the listings of
 * the directories above them. A value is made only when it is read.
 */
final class MetadataTree {
  static final String LATEST = "latest";

  private final String version;
  private final TreeMap<String, Supplier<byte[]>> values = new TreeMap<>();
  private final Map<String, String> shown = new HashMap<>();

  MetadataTree(String version) {
    this.version = version;
  }

  /**
   * Adds a value, unless this version does not have its category yet.
   *
   * @param since the version in which the category came
   */
  void put(String since, String path, Supplier<String> value) {
    putBytes(since, path, () -> value.get().getBytes(StandardCharsets.UTF_8));
  }

  void put(String since, String path, String value) {
    put(since, path, () -> value);
  }

  /** Adds a value where there is one. */
  void put(String since, String path, Optional<String> value) {
    value.ifPresent(each -> put(since, path, each));
  }

  void putBytes(String since, String path, Supplier<byte[]> value) {
    // Dates as ISO has them, and 1.0, which comes before them in this order too.
    if (version.equals(LATEST) || version.compareTo(since) >= 0) {
      values.put(path, value);
    }
  }

  /** Adds a directory that is there even if nothing is in it. */
  void directory(String since, String path) {
    putBytes(since, path + "/", () -> new byte[0]);
  }

  /** Lists an entry under another name than its path has. */
  void show(String path, String name) {
    shown.put(path, name);
  }

  /** A value, or the listing of a directory; with or without a slash at the end. */
  Optional<byte[]> find(String path) {
    String bare = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    Supplier<byte[]> value = values.get(bare);
    return value == null ? listing(bare.isEmpty() ? "" : bare + "/") : Optional.of(value.get());
  }

  boolean isDirectoryWithoutSlash(String path) {
    return !path.isEmpty()
        && !path.endsWith("/")
        && !values.containsKey(path)
        && listing(path + "/").isPresent();
  }

  private Optional<byte[]> listing(String directory) {
    var names = new TreeSet<String>();
    boolean found = false;
    for (String each : values.tailMap(directory, true).keySet()) {
      if (!each.startsWith(directory)) {
        break;
      }
      found = true;
      String rest = each.substring(directory.length());
      if (!rest.isEmpty()) {
        int slash = rest.indexOf('/');
        String name = slash < 0 ? rest : rest.substring(0, slash);
        names.add(shown.getOrDefault(directory + name, slash < 0 ? name : name + "/"));
      }
    }
    return found
        ? Optional.of(String.join("\n", names).getBytes(StandardCharsets.UTF_8))
        : Optional.empty();
  }
}
