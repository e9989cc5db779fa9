package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.CredentialMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** {@code meta-data/iam/security-credentials/}, the list and the document of a role. */
final class RoleCredentialsDocument {
  static final String LIST = "meta-data/iam/security-credentials/";

  // Not SecretAccessKey, not Token: what is not wanted is not read.
  private static final Set<String> WANTED =
      Set.of("Code", "Message", "LastUpdated", "AccessKeyId", "Expiration");

  private RoleCredentialsDocument() {}

  static String path(String role) {
    return LIST + role;
  }

  /** The first role of a list; an instance profile holds at most one. */
  static Optional<String> firstRole(byte[] list) {
    return new String(list, StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .findFirst();
  }

  static RoleCredentials parse(String role, byte[] json) {
    JsonMembers members = JsonMembers.read(path(role), json, WANTED);
    Optional<String> code = members.text("Code"); // look-alikes leave it out
    if (code.isPresent() && !code.get().equals(Cures.SUCCESS)) {
      return new RoleCredentials.Refused(
          role, code.get(), members.text("Message").orElse(""), members.instant("LastUpdated"));
    }
    return new RoleCredentials.Available(
        new CredentialMetadata(
            Optional.of(role),
            members.required("AccessKeyId"),
            members.instant("LastUpdated"),
            members.instantOrMalformed("Expiration")));
  }
}
