package io.github.rolekeeper.iamops;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who makes the calls, as STS {@code GetCallerIdentity} tells. Two sessions of one role are two
 * identities with one {@link #principal()}.
 *
 * @param arn such as {@code arn:aws:sts::123456789012:assumed-role/ops/session} or {@code
 *     arn:aws:iam::123456789012:user/alice}
 */
public record CallerIdentity(String arn) {
  private static final Pattern FORM =
      Pattern.compile("arn:([^:/\\s]+):(?:iam|sts)::([^:/\\s]+):(\\S+)");
  private static final Pattern SESSION = Pattern.compile("assumed-role/([^/]+)/(\\S+)");

  /**
   * Checks the form.
   *
   * @param arn see above
   * @throws IllegalArgumentException if it is no ARN of a caller
   */
  public CallerIdentity {
    if (!FORM.matcher(arn).matches()) {
      throw new IllegalArgumentException(
          "\""
              + arn
              + "\" is not the ARN of a caller: arn:PARTITION:iam::ACCOUNT:… or"
              + " arn:PARTITION:sts::ACCOUNT:… is expected; take it from STS GetCallerIdentity");
    }
  }

  /**
   * The partition.
   *
   * @return such as {@code aws}, {@code aws-cn} or {@code aws-us-gov}
   */
  public String partition() {
    return part(1);
  }

  /**
   * The account.
   *
   * @return twelve digits on AWS
   */
  public String accountId() {
    return part(2);
  }

  /**
   * Who it is, whatever the session: of an assumed role the ARN without the session's name, else
   * the ARN itself.
   *
   * @return such as {@code arn:aws:sts::123456789012:assumed-role/ops}
   */
  public String principal() {
    return roleName()
        .map(role -> arn.substring(0, arn.indexOf(":assumed-role/")) + ":assumed-role/" + role)
        .orElse(arn);
  }

  /**
   * The role whose session it is.
   *
   * @return its name without the path; empty if it is no session of a role
   */
  public Optional<String> roleName() {
    return session().map(parts -> parts.group(1));
  }

  /**
   * The session's name. EC2 names the sessions that it delivers after the instance.
   *
   * @return such as {@code i-0123456789abcdef0}; empty if it is no session of a role
   */
  public Optional<String> sessionName() {
    return session().map(parts -> parts.group(2));
  }

  private Optional<Matcher> session() {
    return Optional.of(SESSION.matcher(part(3))).filter(Matcher::matches);
  }

  private String part(int group) {
    Matcher parts = FORM.matcher(arn);
    if (!parts.matches()) {
      throw new IllegalStateException("the constructor has checked " + arn);
    }
    return parts.group(group);
  }
}
