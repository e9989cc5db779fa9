package io.github.rolekeeper.imds;

import java.util.Objects;
import java.util.function.Function;

/**
 * The value of a setting, and where it came from.
 *
 * @param <T> the type of the value
 * @param value the value in force
 * @param origin where it came from
 */
public record Setting<T>(T value, Origin origin) {
  /**
   * Checks that nothing is null.
   *
   * @param value as above
   * @param origin as above
   */
  public Setting {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(origin, "origin");
  }

  <R> Setting<R> map(Function<? super T, R> change) {
    return new Setting<>(change.apply(value), origin);
  }

  /** Such as {@code PT1S (default)}. */
  @Override
  public String toString() {
    return value + " (" + origin + ")";
  }
}
