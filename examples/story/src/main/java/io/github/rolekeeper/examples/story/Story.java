package io.github.rolekeeper.examples.story;

import io.github.rolekeeper.core.CredentialEvent;
import io.github.rolekeeper.core.CredentialEventType;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.LossForecast;
import io.github.rolekeeper.examples.story.Printer.Colour;
import io.github.rolekeeper.iamops.InstanceProfileOps;
import io.github.rolekeeper.iamops.Journal;
import io.github.rolekeeper.iamops.RepairPlan;
import io.github.rolekeeper.iamops.RepairReport;
import io.github.rolekeeper.iamops.RepairTarget;
import io.github.rolekeeper.iamops.StepOutcome;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import io.github.rolekeeper.testkit.record.FieldRecord;
import io.github.rolekeeper.testkit.record.Observation;
import io.github.rolekeeper.testkit.record.OperatorShell;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * Plays the field record from first to last on a simulated account, in virtual time at the record's
 * own dates: what the operators did and saw then, and what the library would have told them.
 *
 * <p>One optional argument: how long session credentials live, as ISO-8601 duration; {@code PT6H}
 * by default. Fails with an exception if a row of the record does not come out.
 */
public final class Story {
  static final Instant BEGINNING = Instant.parse("2023-03-07T15:00:51Z");
  private static final Duration BETWEEN_POLLS = Duration.ofMinutes(5);
  private static final String PROFILE = "instance-profile-name";
  private static final String ROLE = "role-name";
  private static final String REVOCATION = "AWSRevokeOlderSessions";

  // The story prints each change itself. Held, because the JDK forgets a logger that nobody holds.
  private static final Logger LIBRARY_LOG = Logger.getLogger("io.github.rolekeeper");

  private final Printer printer;
  private final Picture picture = new Picture();
  private final MutableClock clock;
  private final IamClient iam;
  private final SimulatedInstance instance;
  private final OperatorShell shell;
  private final CredentialTracker tracker;
  private final InstanceProfileOps ops;
  private final FieldRecord record = FieldRecord.replay();
  private final Set<Integer> reproduced = new TreeSet<>();
  private final Set<Integer> different = new TreeSet<>();

  /**
   * Plays it.
   *
   * @param args at most one: the length of sessions
   */
  public static void main(String[] args) {
    Duration session = args.length == 0 ? Duration.ofHours(6) : Duration.parse(args[0]);
    boolean coloured = onTerminal() && System.getenv("NO_COLOR") == null;
    var out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    LIBRARY_LOG.setLevel(Level.OFF);
    Path target = Path.of(System.getProperty("story.target", "target"));
    var account =
        SimulatedAccount.builder()
            .clock(MutableClock.at(BEGINNING.toString()))
            .sessionDuration(session);
    play(account, session, new Printer(out, coloured), target.resolve("story.svg"));
  }

  @SuppressWarnings("SystemConsoleNull") // isTerminal() answers where null does not
  private static boolean onTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true; // before JDK 22 there is a console on a terminal only
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Plays it on any account; the clock must stand at {@link #BEGINNING}. */
  static void play(
      SimulatedAccount.Builder builder, Duration session, Printer printer, Path picture) {
    try (SimulatedAccount account = builder.build();
        IamClient iam = SdkClients.administrator(account).build(IamClient.builder());
        Ec2Client ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      SimulatedInstance instance = setUp(account, iam);
      try (InstanceMetadataClient metadata =
          InstanceMetadataClient.builder()
              .endpoint(instance.metadataEndpoint())
              // Real time, while all else is virtual: a machine that is busy changes no row.
              .timeout(Duration.ofSeconds(60))
              .readTimeout(Duration.ofSeconds(60))
              .disabled(false)
              .build()) {
        Journal journal = Journal.inDirectory(Files.createTempDirectory("story-journal"));
        new Story(printer, account, instance, iam, ec2, metadata, journal).play(session, picture);
      } catch (IOException e) {
        throw new UncheckedIOException("no directory for the journal of repairs", e);
      }
    }
  }

  private static SimulatedInstance setUp(SimulatedAccount account, IamClient iam) {
    iam.createRole(r -> r.roleName(ROLE).assumeRolePolicyDocument(Policies.TRUST));
    iam.putRolePolicy(
        r -> r.roleName(ROLE).policyName("administrator").policyDocument(Policies.ADMINISTRATOR));
    // In the record the profile is two seconds younger than its role.
    account.clock().advance(Duration.ofSeconds(2));
    iam.createInstanceProfile(r -> r.instanceProfileName(PROFILE));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName(PROFILE).roleName(ROLE));
    return account.launchInstance(PROFILE);
  }

  private Story(
      Printer printer,
      SimulatedAccount account,
      SimulatedInstance instance,
      IamClient iam,
      Ec2Client ec2,
      InstanceMetadataClient metadata,
      Journal journal) {
    this.printer = printer;
    this.instance = instance;
    this.iam = iam;
    clock = account.clock();
    shell = OperatorShell.on(account, instance);
    tracker =
        CredentialTracker.builder(metadata::observe)
            .sourceName("imds")
            .clock(clock)
            .listenerExecutor(Runnable::run)
            .listener(this::onEvent)
            .build();
    ops =
        InstanceProfileOps.builder(ec2, iam)
            .metadata(metadata)
            .clock(clock)
            .pauser(clock::advance)
            .journal(journal)
            .ownHost(id -> false) // no simulated instance is this machine
            .build();
  }

  private void play(Duration session, Path file) {
    printer.heading("Rolekeeper replays the field record of March 2023 (virtual time, UTC)");
    printer.block("instance " + instance.id() + ", sessions of " + Printer.inWords(session));
    tracker.poll();

    printer.heading("All is well");
    moveTo("2023-03-07T15:10:00Z");
    observe(1, 2, 3, 4, 5);

    printer.heading("Somebody takes the role out and deletes the profile; nothing seems to happen");
    act("RemoveRoleFromInstanceProfile and DeleteInstanceProfile");
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName(PROFILE).roleName(ROLE));
    iam.deleteInstanceProfile(r -> r.instanceProfileName(PROFILE));
    observe(6, 7);
    printer.block(ops.diagnose(id()).describe());

    printer.heading("The sessions are revoked for a moment");
    moveTo("2023-03-07T15:30:00Z");
    act("PutRolePolicy " + REVOCATION);
    iam.putRolePolicy(
        r ->
            r.roleName(ROLE)
                .policyName(REVOCATION)
                .policyDocument(Policies.revocationOfSessionsBefore(clock.instant())));
    observe(8);
    act("DeleteRolePolicy " + REVOCATION);
    iam.deleteRolePolicy(r -> r.roleName(ROLE).policyName(REVOCATION));
    observe(9);

    printer.heading("The session's time passes");
    moveTo("2023-03-07T21:05:00Z");
    observe(10, 11, 12);

    printer.heading("The profile is created again under its old name; that does not help");
    moveTo("2023-03-08T02:38:54Z");
    observe(13);
    act("AddRoleToInstanceProfile");
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName(PROFILE).roleName(ROLE));
    observe(14);
    printer.block(ops.diagnose(id()).describe());
    RepairPlan plan = ops.plan(RepairTarget.forInstance(id()).build());
    printer.block(plan.describe());

    printer.heading("The plan, read by a person, is carried out; nothing permits a stop");
    moveTo("2023-03-08T03:22:55Z");
    repair(plan);

    printer.heading("The next day a stop is permitted, and health is restored");
    // The repair gives the metadata two minutes to follow before it stops the instance.
    moveTo("2023-03-09T07:50:06Z");
    RepairPlan lastRung = ops.plan(RepairTarget.forInstance(id()).allowStopStart().build());
    printer.block(lastRung.describe());
    repair(lastRung);
    tracker.poll();
    observe(16);
    printer.block(ops.diagnose(id()).describe());

    picture.write(file);
    judge(session, file);
  }

  private void repair(RepairPlan plan) {
    RepairReport report = ops.execute(plan, this::onStep);
    printer.block(report.describe());
  }

  private void onStep(StepOutcome outcome) {
    act("repair step " + outcome.describe());
    if (outcome.step().operation().startsWith("Replace") && !reproduced.contains(15)) {
      observe(15);
    }
  }

  /** Lets time pass as it does for an application that polls. */
  private void moveTo(String moment) {
    Instant end = Instant.parse(moment);
    while (clock.instant().plus(BETWEEN_POLLS).isBefore(end)) {
      clock.advance(BETWEEN_POLLS);
      tracker.poll();
    }
    clock.set(end);
    tracker.poll();
  }

  private void act(String what) {
    printer.line(clock.instant(), Colour.CYAN, what);
    mark(what);
  }

  private void onEvent(CredentialEvent event) {
    CredentialSnapshot now = event.current();
    if (event.type() == CredentialEventType.RENEWED) {
      return; // hourly, and nothing new
    }
    String text = "tracker says " + event.type();
    printer.line(now.at(), Colour.of(now.state()), text + " (" + Printer.inWords(now) + ")");
    picture.event(now.at(), text, now.state(), now.forecast().isPresent());
    if (event.type() == CredentialEventType.FORECAST_RAISED) {
      now.forecast().ifPresent(this::foretold);
    }
  }

  private void foretold(LossForecast forecast) {
    printer.block("foretold   " + Printer.inWords(forecast.leadTime()) + " before the loss");
    printer.block(
        "loss       from "
            + forecast.earliest()
            + " to "
            + forecast.latest().map(Instant::toString).orElse("an unknown time"));
    printer.block("evidence   " + forecast.evidence());
    forecast.cure().ifPresent(cure -> printer.block("cure       " + cure));
  }

  private void observe(int... rows) {
    for (int row : rows) {
      for (Observation observation : FieldRecord.row(row)) {
        String text = shell.run(observation.command()).text();
        var difference = record.difference(observation, text);
        (difference.isEmpty() ? reproduced : different).add(row);
        Colour colour = difference.isEmpty() ? Colour.PLAIN : Colour.RED;
        printer.line(clock.instant(), colour, "row " + row + "  $ " + observation.command());
        printer.output(text);
        difference.ifPresent(what -> printer.block("NOT AS RECORDED\n" + what));
      }
      printer.tracker(tracker.snapshot());
      mark("row " + row + ": " + FieldRecord.row(row).get(0).command());
    }
  }

  private void mark(String what) {
    CredentialSnapshot now = tracker.snapshot();
    picture.event(clock.instant(), what, now.state(), now.forecast().isPresent());
  }

  private void judge(Duration session, Path file) {
    reproduced.removeAll(different);
    printer.heading(reproduced.size() + " of " + FieldRecord.ROWS + " rows reproduced");
    printer.block("Lead times rest on sessions of " + Printer.inWords(session) + ", a setting.");
    printer.block("The timeline as a picture: " + file);
    if (reproduced.size() != FieldRecord.ROWS) {
      throw new IllegalStateException("rows that did not come out as recorded: " + different);
    }
  }

  private InstanceId id() {
    return InstanceId.of(instance.id());
  }
}
