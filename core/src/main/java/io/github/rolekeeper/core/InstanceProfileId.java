package io.github.rolekeeper.core;

import java.util.regex.Pattern;

/**
 * The unique id of an instance profile. A profile that is deleted and created again under the same
 * name gets the same ARN and another id, so this is what tells the two apart.
 *
 * @param value the id as served; not blank. Endpoints other than AWS's own may serve any form
 */
public record InstanceProfileId(String value) {
  private static final Pattern AWS_FORM = Pattern.compile("AIPA[A-Z0-9]{17}");

  /**
   * Checks that there is an id.
   *
   * @param value as above
   * @throws IllegalArgumentException if the value is blank
   */
  public InstanceProfileId {
    if (value.isBlank()) {
      throw new IllegalArgumentException(
          "an instance profile id must not be blank; copy InstanceProfileId from meta-data/iam/info"
              + " or from IAM GetInstanceProfile");
    }
  }

  /**
   * An instance profile id.
   *
   * @param value the id as served; not blank
   * @return the id
   * @throws IllegalArgumentException if the value is blank
   */
  public static InstanceProfileId of(String value) {
    return new InstanceProfileId(value);
  }

  /**
   * Whether the id has the form that AWS issues ({@code AIPA} and 17 letters or digits). An id of
   * another form is kept as it is, but is no evidence that two profiles differ.
   *
   * @return whether AWS may have issued this id
   */
  public boolean issuedByAws() {
    return AWS_FORM.matcher(value).matches();
  }

  /** The id itself. */
  @Override
  public String toString() {
    return value;
  }
}
