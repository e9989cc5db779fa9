package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.CredentialMetadata;
import java.util.Optional;
import java.util.Set;

/** {@code meta-data/iam/security-credentials/}, the list and the document of a role. */
final class RoleCredentialsDocument {
  private static final String IAM = "meta-data/iam/";

  static final String LIST = "meta-data/iam/security-credentials/";

  // Not SecretAccessKey, not Token: that they are there is noted, and they are not read.
  private static final Set<String> WANTED =
      Set.of("Code", "Message", "LastUpdated", "AccessKeyId", "Expiration");

  private RoleCredentialsDocument() {}

  static String path(String role) {
    return LIST + role;
  }

  /** The document at a path that goes on with the role's name, below the category. */
  static RoleCredentials parse(String path, byte[] json) {
    return parse(path, path.substring(path.indexOf('/', IAM.length()) + 1), json);
  }

  static RoleCredentials parse(String path, String role, byte[] json) {
    JsonMembers members = JsonMembers.read(path, json, WANTED);
    Optional<String> code = members.code(); // look-alikes leave it out
    if (code.isPresent() && !code.get().equals(Cures.SUCCESS)) {
      return new RoleCredentials.Refused(
          role, code.get(), members.text("Message").orElse(""), members.instant("LastUpdated"));
    }
    members.requireSecret("SecretAccessKey");
    members.requireSecret("Token");
    return new RoleCredentials.Available(
        new CredentialMetadata(
            Optional.of(role),
            members.requiredText("AccessKeyId"),
            members.instant("LastUpdated"),
            Optional.of(members.requiredInstant("Expiration"))));
  }
}
