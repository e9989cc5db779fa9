package io.github.rolekeeper.imds;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code meta-data/tags/instance}. */
final class InstanceTags {
  private static final String TAGS = "meta-data/tags/instance";

  private InstanceTags() {}

  static Map<String, String> readAll(PathReader paths) {
    Map<String, String> tags = new LinkedHashMap<>();
    // A line is a key and no directory, so that a slash at its end belongs to it. Services that
    // resemble EC2 list keys that they then do not serve: those are left out.
    for (String key : paths.lines(TAGS, Lines.TAG_KEYS)) {
      read(paths, key).ifPresent(value -> tags.put(key, value));
    }
    return Collections.unmodifiableMap(tags);
  }

  static Optional<String> read(PathReader paths, String key) {
    return key.isEmpty() || key.equals(".") || key.equals("..")
        ? Optional.empty()
        : paths.text(Endpoint.ofBearableLength(TAGS + "/" + segment(key)));
  }

  /** What would end the segment, or be taken for an encoding; the endpoint encodes the rest. */
  private static String segment(String key) {
    return key.replace("%", "%25").replace("/", "%2F");
  }
}
