package io.github.rolekeeper.core;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of an instance profile. It is built from the name, so a profile that is deleted and
 * created again has the same ARN; compare {@link InstanceProfileId}s to tell them apart.
 *
 * @param partition such as {@code aws}, {@code aws-cn} or {@code aws-us-gov}
 * @param accountId the account, 12 digits on AWS
 * @param path {@code /}, or {@code /a/b/} with a slash at both ends; between them any characters
 *     from U+0021 to U+007F, as IAM allows
 * @param name the profile's name, without the path
 */
public record InstanceProfileArn(String partition, String accountId, String path, String name) {
  // Five colons from the left, and the rest is the resource. The path is IAM's: any character from
  // U+0021 to U+007F, colons too, as Karpenter makes them. Otherwise lax on purpose: look-alike
  // endpoints and masked records put other things than digits where AWS has the account, and
  // nothing
  // here depends on it.
  private static final String WORD = "([!-.0-9;-~]+)"; // ASCII without colon and slash

  private static final Pattern FORM =
      Pattern.compile(
          "arn:" + WORD + ":iam::" + WORD + ":instance-profile(/(?:[!-\\x7f]*/)?)" + WORD);

  /**
   * Checks that the parts make an ARN.
   *
   * @param partition as above
   * @param accountId as above
   * @param path as above
   * @param name as above
   * @throws IllegalArgumentException if they do not
   */
  public InstanceProfileArn {
    Matcher parts = match(text(partition, accountId, path, name));
    if (!parts.group(1).equals(partition) || !parts.group(4).equals(name)) {
      throw refusal(text(partition, accountId, path, name)); // a colon or slash in the wrong part
    }
  }

  /**
   * Reads an ARN.
   *
   * @param arn such as {@code arn:aws:iam::123456789012:instance-profile/team/web}
   * @return its parts
   * @throws IllegalArgumentException if the text is not the ARN of an instance profile
   */
  public static InstanceProfileArn parse(String arn) {
    Matcher parts = match(arn);
    return new InstanceProfileArn(parts.group(1), parts.group(2), parts.group(3), parts.group(4));
  }

  private static Matcher match(String arn) {
    Matcher matcher = FORM.matcher(arn);
    if (!matcher.matches()) {
      throw refusal(arn);
    }
    return matcher;
  }

  private static IllegalArgumentException refusal(String arn) {
    return new IllegalArgumentException(
        "\""
            + arn.replaceAll("[^ -~]", "?")
            + "\" is not the ARN of an instance profile:"
            + " arn:PARTITION:iam::ACCOUNT:instance-profile/PATH/NAME is expected; copy it from"
            + " meta-data/iam/info or from IAM GetInstanceProfile");
  }

  private static String text(String partition, String accountId, String path, String name) {
    return "arn:" + partition + ":iam::" + accountId + ":instance-profile" + path + name;
  }

  /** The ARN itself. */
  @Override
  public String toString() {
    return text(partition, accountId, path, name);
  }
}
