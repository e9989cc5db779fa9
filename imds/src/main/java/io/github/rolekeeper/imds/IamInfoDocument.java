package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** {@code meta-data/iam/info}. */
final class IamInfoDocument {
  static final String PATH = "meta-data/iam/info";

  private static final Set<String> WANTED =
      Set.of("Code", "Message", "LastUpdated", "InstanceProfileArn", "InstanceProfileId");

  private IamInfoDocument() {}

  static IamInfo parse(byte[] json) {
    JsonMembers members = JsonMembers.read(PATH, json, WANTED);
    Optional<Instant> lastUpdated = members.instant("LastUpdated");
    String message = members.text("Message").orElse("");
    String code = members.code().orElse(Cures.SUCCESS); // look-alikes leave it out
    if (!code.equals(Cures.SUCCESS)) {
      return new IamInfo.Failed(code, message, lastUpdated);
    }
    InstanceProfileArn arn = arn(members);
    InstanceProfileId id = InstanceProfileId.of(members.required("InstanceProfileId"));
    return saysWithoutRole(message)
        ? new IamInfo.WithoutRole(arn, id, lastUpdated, message)
        : new IamInfo.Associated(arn, id, lastUpdated);
  }

  // AWS gives nothing but text here: the code is Success. A message of another wording is taken for
  // a healthy profile, which is what the code says.
  private static boolean saysWithoutRole(String message) {
    return message.toLowerCase(Locale.ROOT).contains("does not contain a role");
  }

  private static InstanceProfileArn arn(JsonMembers members) {
    try {
      return InstanceProfileArn.parse(members.whole("InstanceProfileArn"));
    } catch (IllegalArgumentException e) {
      throw members.malformed("holds an InstanceProfileArn that is none");
    }
  }
}
