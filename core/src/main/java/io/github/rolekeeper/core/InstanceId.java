package io.github.rolekeeper.core;

import java.util.regex.Pattern;

/**
 * The id of an EC2 instance, such as {@code i-0123456789abcdef0}.
 *
 * @param value {@code i-} and 8 or 17 hexadecimal digits in lower case
 */
public record InstanceId(String value) {
  private static final Pattern FORM = Pattern.compile("i-(?:[0-9a-f]{8}|[0-9a-f]{17})");

  /**
   * Checks the form.
   *
   * @param value as above
   * @throws IllegalArgumentException if the value is no instance id
   */
  public InstanceId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "\""
              + value
              + "\" is not an instance id: \"i-\" and 8 or 17 hexadecimal digits in lower case are"
              + " expected; copy it from meta-data/instance-id or from EC2 DescribeInstances");
    }
  }

  /**
   * An instance id.
   *
   * @param value {@code i-} and 8 or 17 hexadecimal digits in lower case
   * @return the id
   * @throws IllegalArgumentException if the value is no instance id
   */
  public static InstanceId of(String value) {
    return new InstanceId(value);
  }

  /** The id itself. */
  @Override
  public String toString() {
    return value;
  }
}
