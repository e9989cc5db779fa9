package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.CredentialMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code meta-data/iam/security-credentials/}, the list and the document of a role. */
final class RoleCredentialsDocument {
  // IAM's rule for the name of a role. Emulators list a role with its path, or its ARN
  // (jtblin/kube2iam#54): slashes and colons are let through, but "." and ".." would lead out of
  // the path.
  private static final String SEGMENT = "(?!\\.{1,2}(?:/|$))[\\w+=,.@:-]+";
  private static final Pattern ROLE_NAME = Pattern.compile(SEGMENT + "(?:/" + SEGMENT + ")*");

  // IAM's limit for an ARN.
  private static final int LONGEST_NAME = 2048;

  private static final String IAM = "meta-data/iam/";

  static final String LIST = "meta-data/iam/security-credentials/";

  // Not SecretAccessKey, not Token: what is not wanted is not read.
  private static final Set<String> WANTED =
      Set.of("Code", "Message", "LastUpdated", "AccessKeyId", "Expiration");

  private RoleCredentialsDocument() {}

  static String path(String role) {
    return LIST + role;
  }

  static boolean isRoleName(String text) {
    return text.length() <= LONGEST_NAME && ROLE_NAME.matcher(text).matches();
  }

  /**
   * The first role of a list; an instance profile holds at most one.
   *
   * @param path of the list
   */
  static Optional<String> firstRole(String path, byte[] list) {
    Optional<String> first =
        new String(list, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .findFirst();
    if (first.isPresent() && !isRoleName(first.get())) {
      // No excerpt: what stands there instead may be a document with a secret.
      throw ExchangeFailure.malformed(
          "GET " + path + " answered 200, but its first line is not the name of a role");
    }
    return first;
  }

  /** Passes if each line is the name of a role. */
  static void requireRoles(String path, byte[] list) {
    boolean roles =
        new String(list, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .allMatch(RoleCredentialsDocument::isRoleName);
    if (!roles) {
      throw ExchangeFailure.malformed(
          "GET " + path + " answered 200, but not with a list of roles");
    }
  }

  /** The document at a path that goes on with the role's name, below the category. */
  static RoleCredentials parse(String path, byte[] json) {
    return parse(path, path.substring(path.indexOf('/', IAM.length()) + 1), json);
  }

  static RoleCredentials parse(String path, String role, byte[] json) {
    JsonMembers members = JsonMembers.read(path, json, WANTED);
    Optional<String> code = members.anything("Code"); // look-alikes leave it out
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
