package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.InstanceDiagnosis;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "diagnose",
    sortOptions = false,
    description = "Tells what is wrong, with evidence. Only reads.")
final class DiagnoseCommand extends InstanceCommand {
  @Option(
      names = "--deep",
      description = "Look whether the role was created again, too: one call more.")
  private boolean deep;

  @Mixin private JournalOptions journal = new JournalOptions();

  DiagnoseCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Needs needs() {
    return new Needs(false, false, journal.existing(surroundings.journal(), this::tell));
  }

  @Override
  int run(Connection open) {
    InstanceDiagnosis diagnosis =
        deep || target.wanted()
            ? open.ops().diagnoseDeeply(target.target(new Allowances()))
            : open.ops().diagnose(target.instance());
    print(diagnosis.describe(), diagnosis.toJson());
    return exit(diagnosis);
  }

  static int exit(InstanceDiagnosis diagnosis) {
    if (!diagnosis.findings().isEmpty()) {
      return Exit.FINDINGS;
    }
    return diagnosis.healthy() ? Exit.HEALTHY : Exit.UNKNOWN;
  }
}
