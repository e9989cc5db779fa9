package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.Finding;
import io.github.rolekeeper.iamops.FindingType;
import io.github.rolekeeper.iamops.InstanceDiagnosis;
import io.github.rolekeeper.iamops.InstanceProfileOpsException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "watch",
    sortOptions = false,
    description =
        "Diagnoses again and again, and prints what has changed; with --json one document a line for"
            + " every look. Only reads.")
final class WatchCommand extends InstanceCommand {
  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Time between two looks; by default 60, at least 5.")
  private int interval;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "Number of looks; 0, the default, for no end.")
  private int count;

  @Mixin private JournalOptions journal = new JournalOptions();

  WatchCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void check() {
    if (interval < 5) {
      throw wrong("--interval " + interval + " is too short: AWS throttles; use 5 or more");
    }
    if (count < 0) {
      throw wrong("--count " + count + " is none: use 0 for no end, or more");
    }
  }

  @Override
  Needs needs() {
    return new Needs(false, false, journal.existing(surroundings.journal(), this::tell));
  }

  @Override
  int run(Connection open) throws InterruptedException {
    Optional<String> last = Optional.empty();
    int looks = 0;
    while (true) {
      looks++;
      Look look = look(open);
      if (json()) {
        print("", look.document());
      } else if (!last.equals(Optional.of(look.state()))) {
        print(look.text(), "");
      }
      last = Optional.of(look.state());
      if (looks == count) {
        return look.exit();
      }
      surroundings.pauser().pause(Duration.ofSeconds(interval));
    }
  }

  /** A failed look is no reason to end: the next one may succeed. */
  private Look look(Connection open) {
    try {
      InstanceDiagnosis diagnosis =
          target.wanted()
              ? open.ops().diagnoseDeeply(target.target(new Allowances()))
              : open.ops().diagnose(target.instance());
      List<FindingType> types = diagnosis.findings().stream().map(Finding::type).toList();
      return new Look(
          types.toString() + diagnosis.conclusive(),
          diagnosis.describe(),
          Json.line(diagnosis.toJson()),
          DiagnoseCommand.exit(diagnosis));
    } catch (InstanceProfileOpsException e) {
      String reason = String.valueOf(e.getMessage());
      return new Look(
          e.operation() + e.code(),
          surroundings.clock().instant() + " could not look: " + reason,
          Json.error(reason, e),
          Exit.UNKNOWN);
    }
  }

  /**
   * @param state equal for looks that saw the same
   */
  private record Look(String state, String text, String document, int exit) {}
}
