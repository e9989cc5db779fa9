package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.Finding;
import io.github.rolekeeper.iamops.FindingType;
import io.github.rolekeeper.iamops.InstanceDiagnosis;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import io.github.rolekeeper.imds.RoleCredentials;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "verify",
    sortOptions = false,
    description =
        "Looks after a repair: by the ids, and by the metadata where it is at hand. Only reads.")
final class VerifyCommand extends InstanceCommand {
  /** What was seen. The names are part of the JSON. */
  enum Verdict {
    HEALTHY(true, "ids agree, and the metadata serves credentials"),
    METADATA_NOT_SEEN(true, "ids agree; whether the instance follows only its metadata tells"),
    METADATA_LAGS(
        true,
        "ids agree, but the metadata does not show it yet: it may follow at its next refresh, within"
            + " an hour; if it does not, stop and start the instance"),
    BROKEN(false, "something is wrong"),
    UNKNOWN(false, "what was seen does not suffice for a verdict");

    /** Whether there is something that processes may be late to notice. */
    private final boolean consumersFollow;

    private final String meaning;

    Verdict(boolean consumersFollow, String meaning) {
      this.consumersFollow = consumersFollow;
      this.meaning = meaning;
    }
  }

  private static final String CONSUMERS =
      "Processes on the instance may hold the old credentials or wait before they ask again; the SSM"
          + " Agent for up to 30 minutes. Restart what does not follow.";

  @Mixin private JournalOptions journal = new JournalOptions();

  VerifyCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Needs needs() {
    return new Needs(false, false, journal.existing(surroundings.journal(), this::tell));
  }

  @Override
  int run(Connection open) {
    InstanceDiagnosis diagnosis = open.ops().diagnoseDeeply(target.target(new Allowances()));
    Verdict verdict = verdict(open, diagnosis);
    String advice = verdict.consumersFollow ? CONSUMERS : "";
    print(
        diagnosis.describe()
            + "  verdict   "
            + verdict
            + ": "
            + verdict.meaning
            + (advice.isEmpty() ? "" : "\n  note      " + advice),
        Json.verified(diagnosis, verdict.name(), advice));
    return DiagnoseCommand.exit(diagnosis);
  }

  private static Verdict verdict(Connection open, InstanceDiagnosis diagnosis) {
    if (!diagnosis.findings().isEmpty()) {
      if (all(diagnosis, FindingType.METADATA_LAGS)) {
        return Verdict.METADATA_LAGS;
      }
      // What is changing at this moment cannot be judged.
      return all(
              diagnosis, FindingType.INSTANCE_IN_TRANSITION, FindingType.ASSOCIATION_IN_TRANSITION)
          ? Verdict.UNKNOWN
          : Verdict.BROKEN;
    }
    if (!diagnosis.healthy()) {
      return Verdict.UNKNOWN;
    }
    return open.metadata().filter(VerifyCommand::servesCredentials).isPresent()
        ? Verdict.HEALTHY
        : Verdict.METADATA_NOT_SEEN;
  }

  private static boolean all(InstanceDiagnosis diagnosis, FindingType... types) {
    return diagnosis.findings().stream().map(Finding::type).allMatch(List.of(types)::contains);
  }

  private static boolean servesCredentials(InstanceMetadataClient metadata) {
    try {
      return metadata.credentialsMetadata() instanceof RoleCredentials.Available;
    } catch (InstanceMetadataException e) {
      return false;
    }
  }
}
