package io.github.rolekeeper.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.iamops.Pauser;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.Timing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repair that is ended by Ctrl-C, or killed, and the call after it. */
class EndedRepairTest {
  @TempDir private Path directory;
  private SimulatedAccount account;
  private SimulatedInstance instance;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    account.clock().advance(Duration.ofMinutes(10));
    account.deleteInstanceProfile("web");
    account.clearJournal();
  }

  @AfterEach
  void close() {
    account.close();
  }

  private Surroundings surroundings(Pauser pauser, Interrupts interrupts) {
    return new Surroundings(
        account.clock(),
        pauser,
        DoctorRun.NOBODY,
        DoctorRun.ADMINISTRATOR,
        interrupts,
        directory.resolve("journal"),
        Optional.of(id -> false),
        Duration.ofMinutes(2));
  }

  private DoctorRun call(Surroundings surroundings, String command, String... more) {
    var all = new ArrayList<>(List.of(command, instance.id()));
    all.addAll(List.of(more));
    all.addAll(List.of("--metadata-endpoint", instance.metadataEndpoint().toString()));
    all.addAll(List.of("--endpoint-url", account.endpoint().toString()));
    all.addAll(List.of("--region", account.region()));
    return DoctorRun.raw(surroundings, all.toArray(String[]::new));
  }

  private DoctorRun repair(Surroundings surroundings) {
    return call(surroundings, "repair", "--role", "web-role", "--allow-stop-start", "--yes");
  }

  /** Ends the program at its first pause after a call. */
  private Surroundings endedAfter(String operation) {
    var end = new AtomicReference<Runnable>();
    return surroundings(
        duration -> {
          if (account.mutatingCalls().contains(operation)) {
            end.get().run();
          }
          account.clock().advance(duration);
        },
        new Interrupts() {
          @Override
          public <T> T during(Supplier<T> work, Runnable act) {
            end.set(act);
            return work.get();
          }
        });
  }

  private Surroundings usual() {
    return surroundings(account.clock()::advance, new NoInterrupts());
  }

  @Test
  void a_repair_that_is_ended_stops_between_two_steps_and_the_next_call_goes_on() {
    DoctorRun ended = repair(endedAfter("CreateInstanceProfile"));

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains("ending where the instance has all that it had");
    assertThat(ended.out()).contains("INCOMPLETE", "cancelled between two steps");
    assertThat(account.mutatingCalls()).containsExactly("CreateInstanceProfile");
    assertThat(repair(usual()).exit()).isZero();
    assertThat(account.mutatingCalls())
        .startsWith(
            "CreateInstanceProfile",
            "AddRoleToInstanceProfile",
            "ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void a_repair_that_is_ended_while_the_instance_is_down_starts_it_first() {
    account.timing(Timing.INSTANCE_STOP, Duration.ofMinutes(1));

    DoctorRun ended = repair(endedAfter("StopInstances"));

    assertThat(ended.out()).contains("StartInstances", "the instance runs");
    assertThat(account.mutatingCalls()).endsWith("StopInstances", "StartInstances");
  }

  @Test
  void an_instance_that_a_killed_repair_left_stopped_is_started_by_the_next_call() {
    account.timing(Timing.INSTANCE_STOP, Duration.ofMinutes(1));
    Surroundings killed =
        surroundings(
            duration -> {
              if (account.mutatingCalls().contains("StopInstances")) {
                throw new ThreadDeath();
              }
              account.clock().advance(duration);
            },
            new NoInterrupts());
    assertThatThrownBy(() -> repair(killed)).isInstanceOf(ThreadDeath.class);
    account.clock().advance(Duration.ofMinutes(5));

    assertThat(call(usual(), "plan").out()).contains("StartInstances", "as the journal says");
    assertThat(call(usual(), "repair", "--yes").exit()).isZero();
    assertThat(account.mutatingCalls()).endsWith("StopInstances", "StartInstances");
  }

  @Test
  void an_instance_that_does_not_come_up_again_ends_with_4_and_the_next_call_starts_it() {
    // The first call only asks whether it would be allowed.
    int[] starts = IntStream.rangeClosed(2, 500).toArray();
    account.inject(
        Fault.error(500, "InsufficientInstanceCapacity", "no")
            .on("StartInstances")
            .atCalls(starts));

    DoctorRun down = repair(usual());

    assertThat(down.exit()).as(down.toString()).isEqualTo(4);
    assertThat(down.out()).contains("InsufficientInstanceCapacity", "INSTANCE_DOWN");
    assertThat(call(usual(), "diagnose").out()).contains("STOPPED_BY_REPAIR");
    account.clearFaults();
    assertThat(call(usual(), "repair", "--yes").exit()).isZero();
  }

  @Test
  void a_home_that_cannot_be_written_is_told_and_a_reason_only_not_to_stop() throws Exception {
    Files.writeString(directory.resolve("journal"), "in the way");

    DoctorRun stops = repair(usual());

    assertThat(stops.exit()).as(stops.toString()).isEqualTo(1);
    assertThat(stops.err()).contains("there is no journal", "pass --journal DIRECTORY");
    assertThat(stops.out()).contains("pass --journal DIRECTORY", "Nothing was done by this run");
    assertThat(account.mutatingCalls()).isEmpty();
    assertThat(call(usual(), "repair", "--role", "web-role", "--yes").exit())
        .as("repaired, and the metadata of a fresh profile lags")
        .isEqualTo(3);
  }

  @Test
  void a_journal_that_was_asked_for_and_cannot_be_had_is_a_wrong_call() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "in the way");

    DoctorRun run = call(usual(), "repair", "--yes", "--journal", file.toString());

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("--journal: cannot make", file.toString());
    assertThat(account.calls()).isEmpty();
  }

  @Test
  void a_damaged_journal_is_told_in_a_sentence() throws Exception {
    Path journal = Files.createDirectories(directory.resolve("journal"));
    Files.writeString(journal.resolve(instance.id() + ".json"), "{");

    DoctorRun run = repair(usual());

    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.err()).startsWith("rolekeeper: journal file").contains("is damaged");
    assertThat(account.mutatingCalls()).isEmpty();
  }
}
