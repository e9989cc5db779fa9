package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.RepairPlan;
import io.github.rolekeeper.iamops.RepairReport;
import io.github.rolekeeper.iamops.RepairRun;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "repair",
    sortOptions = false,
    description = "Plans, asks, and carries the plan out.")
final class RepairCommand extends PlanningCommand {
  @Mixin private Consent consent = new Consent();

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description = "Carry out this plan, as plan --json printed it, instead of a new one.")
  private @Nullable Path file;

  RepairCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void check() {
    consent.check(surroundings.terminal());
  }

  @Override
  int run(Connection open) {
    Terminal terminal = surroundings.terminal();
    RepairPlan plan = file == null ? open.ops().plan(target.target(allowances)) : stored(file);
    boolean writes = !plan.steps().isEmpty();
    if (writes && !consent.given()) {
      tell(plan.describe());
    }
    if (writes && !consent.to("Carry out these " + plan.steps().size() + " steps?", terminal)) {
      tell("Nothing was done.");
      print("", Json.ofNotBegun(plan));
      return Exit.FINDINGS;
    }
    RepairRun run = open.ops().start(plan, new Progress(this::tell, terminal.interactive()));
    return surroundings
        .interrupts()
        .during(() -> driven(run, writes ? "" : plan.describe() + "\n"), () -> end(run));
  }

  private int driven(RepairRun run, String before) {
    RepairReport report = run.drive();
    print(before + report.describe(), report.toJson());
    return exit(report);
  }

  private static int exit(RepairReport report) {
    if (report.succeeded()) {
      return Exit.HEALTHY;
    }
    return switch (report.verdict()) {
      case INSTANCE_DOWN -> Exit.DOWN;
      case REPAIRED_UNVERIFIED, REPAIRED_METADATA_LAGS -> Exit.UNKNOWN;
      // Healthy as far as can be seen, and yet no success: what was asked for is in the way.
      case NOTHING_DONE ->
          report
              .diagnosis()
              .filter(seen -> !seen.healthy())
              .map(DiagnoseCommand::exit)
              .orElse(report.diagnosis().isPresent() ? Exit.FINDINGS : Exit.UNKNOWN);
      default -> Exit.FINDINGS;
    };
  }

  private void end(RepairRun run) {
    run.cancel();
    tell(
        "rolekeeper: ending where the instance has all that it had, which may take minutes; the"
            + " report follows");
  }

  private RepairPlan stored(Path from) {
    RepairPlan plan;
    try {
      plan = RepairPlan.fromJson(Files.readString(from));
    } catch (CharacterCodingException e) {
      throw wrong("--plan " + from + " is no text in UTF-8: pass what plan --json printed");
    } catch (IOException e) {
      throw wrong("--plan " + from + " cannot be read: " + e);
    } catch (IllegalArgumentException e) {
      throw wrong("--plan " + from + ": " + e.getMessage());
    }
    if (!plan.target().instance().equals(target.instance())) {
      throw wrong(
          "--plan " + from + " is for " + plan.target().instance() + ", not " + target.instance());
    }
    return plan;
  }
}
