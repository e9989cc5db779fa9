package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.InstanceProfileArn;
import java.util.Optional;

/** A report as a person reads it. */
final class ReportText {
  private static final String UNKNOWN = "unknown, the service could not be asked";

  private ReportText() {}

  static String of(MetadataReport report) {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "metadata service",
        report
            .addressFamily()
            .map(family -> "reachable over " + family + where(report))
            .orElse("not reached"));
    line(text, "IMDSv2", report.v2Works() ? "works" : "not seen to work");
    line(text, "hop limit", report.hopLimitSuspected() ? "suspected to be too low" : "no sign");
    line(
        text,
        "instance profile",
        report.profile().map(profile -> of(profile, report)).orElse(UNKNOWN));
    line(text, "role credentials", report.credentials().map(ReportText::of).orElse(UNKNOWN));
    report.problems().forEach(problem -> line(text, "problem", problem.message()));
    return text.append("configuration:\n")
        .append(report.configuration().describe().indent(2))
        .toString();
  }

  private static String where(MetadataReport report) {
    return report.endpoint().map(endpoint -> " at " + endpoint).orElse("");
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append(": ").append(value).append('\n');
  }

  private static String of(IamInfo profile, MetadataReport report) {
    if (profile instanceof IamInfo.Associated associated) {
      return arn(associated.arn()) + ", " + associated.id();
    }
    if (profile instanceof IamInfo.WithoutRole without) {
      return arn(without.arn()) + ", " + without.id() + ", holds no role" + cure(without.cure());
    }
    if (profile instanceof IamInfo.Failed failed) {
      return failed.describe() + cure(failed.cure());
    }
    return report.credentials().filter(RoleCredentials.Available.class::isInstance).isPresent()
        ? "not served, though credentials are: it was taken away a moment ago, or this is no service"
            + " of EC2's"
        : "none is associated with the instance" + cure(profile.cure());
  }

  /** IAM allows U+007F in the path. */
  private static String arn(InstanceProfileArn arn) {
    return ServiceWords.line(arn.toString());
  }

  private static String of(RoleCredentials credentials) {
    if (credentials instanceof RoleCredentials.Available available) {
      return "of "
          + available.metadata().roleName().orElse("a role without a name")
          + available.metadata().expiration().map(end -> ", until " + end).orElse("");
    }
    if (credentials instanceof RoleCredentials.Refused refused) {
      return "of " + refused.roleName() + ": " + refused.describe() + cure(refused.cure());
    }
    return "none" + cure(credentials.cure());
  }

  private static String cure(Optional<String> cure) {
    return cure.map(words -> ". " + words).orElse("");
  }
}
