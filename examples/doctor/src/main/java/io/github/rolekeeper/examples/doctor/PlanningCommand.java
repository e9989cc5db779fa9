package io.github.rolekeeper.examples.doctor;

import java.util.Optional;
import picocli.CommandLine.Mixin;

/** What the commands that make a plan have in common. */
abstract class PlanningCommand extends InstanceCommand {
  @Mixin protected Allowances allowances = new Allowances();

  @Mixin private JournalOptions journal = new JournalOptions();

  PlanningCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Needs needs() {
    return new Needs(
        true, allowances.standby(), Optional.of(journal.open(surroundings.journal(), this::tell)));
  }
}
