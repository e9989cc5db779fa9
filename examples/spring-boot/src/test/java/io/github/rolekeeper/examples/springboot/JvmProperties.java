package io.github.rolekeeper.examples.springboot;

import java.util.HashMap;
import java.util.Map;

/** Properties of the JVM for the time of a test; then they are again as they were before. */
final class JvmProperties implements AutoCloseable {
  private final Map<String, String> before = new HashMap<>(); // null is for what was not set

  private JvmProperties(Map<String, String> values) {
    values.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
  }

  static JvmProperties with(Map<String, String> values) {
    return new JvmProperties(values);
  }

  @Override
  public void close() {
    before.forEach(
        (name, value) -> {
          if (value == null) {
            System.clearProperty(name);
          } else {
            System.setProperty(name, value);
          }
        });
  }
}
