package io.github.rolekeeper.imds;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The instance identity role, which AWS itself uses for features such as EC2 Instance Connect. Its
 * credentials are not those of the instance profile and of little use to anybody else (EC2 user
 * guide, "Instance identity roles").
 *
 * @param code such as {@code Success}; empty if the service does not say
 * @param message the service's text, on one line; empty if there is none
 * @param lastUpdated when the service last renewed them
 * @param accountId the account of the instance; empty if the service says another code than {@code
 *     Success} and no account
 * @param credentials what can be known of the credentials, without their secrets. Its cures are
 *     those for the instance profile and no help here: this role is AWS's own
 */
public record IdentityCredentials(
    Optional<String> code,
    String message,
    Optional<Instant> lastUpdated,
    Optional<String> accountId,
    RoleCredentials credentials) {
  private static final String INFO = "meta-data/identity-credentials/ec2/info";
  private static final String ROLE = "ec2-instance";
  private static final String CREDENTIALS =
      "meta-data/identity-credentials/ec2/security-credentials/" + ROLE;

  /**
   * Checks that nothing is null.
   *
   * @param code as above
   * @param message as above
   * @param lastUpdated as above
   * @param accountId as above
   * @param credentials as above
   */
  public IdentityCredentials {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(lastUpdated, "lastUpdated");
    Objects.requireNonNull(accountId, "accountId");
    Objects.requireNonNull(credentials, "credentials");
  }

  static Optional<IdentityCredentials> read(PathReader paths) {
    return paths
        .document(
            INFO,
            json -> {
              JsonMembers info =
                  JsonMembers.read(INFO, json, "Code", "Message", "LastUpdated", "AccountId");
              Optional<String> code = info.code();
              return new IdentityCredentials(
                  code,
                  info.text("Message").orElse(""),
                  info.instant("LastUpdated"),
                  code.orElse(Cures.SUCCESS).equals(Cures.SUCCESS)
                      ? Optional.of(info.required("AccountId"))
                      : info.text("AccountId"),
                  new RoleCredentials.None());
            })
        .map(info -> info.with(credentials(paths)));
  }

  private static RoleCredentials credentials(PathReader paths) {
    return paths
        .document(CREDENTIALS, json -> RoleCredentialsDocument.parse(CREDENTIALS, ROLE, json))
        .orElseGet(RoleCredentials.None::new);
  }

  private IdentityCredentials with(RoleCredentials read) {
    return new IdentityCredentials(code, message, lastUpdated, accountId, read);
  }
}
