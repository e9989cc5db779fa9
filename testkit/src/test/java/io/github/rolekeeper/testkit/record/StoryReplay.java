package io.github.rolekeeper.testkit.record;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Does what was done in the record, with whatever runs commands, and keeps what was answered. */
final class StoryReplay {
  /** One observation, what was printed, and what came over the wire for it. */
  record Answer(Observation observation, OperatorShell.Output output) {}

  /** Runs commands as an operator would. */
  interface Shell {
    OperatorShell.Output run(String command);

    /** Commands that only look, and do not depend on each other. */
    default List<OperatorShell.Output> look(List<String> commands) {
      return commands.stream().map(this::run).toList();
    }
  }

  private static final String PROFILE = "--instance-profile-name instance-profile-name";
  private static final String REVOCATION =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":[\"*\"],"
          + "\"Resource\":[\"*\"],\"Condition\":{\"DateLessThan\":"
          + "{\"aws:TokenIssueTime\":\"2023-03-07T15:30:00Z\"}}}]}";

  private final List<Answer> answers = new ArrayList<>();
  private final MutableClock clock;
  private Shell shell;

  private StoryReplay(MutableClock clock) {
    this.clock = clock;
  }

  static StoryReplay play(Duration sessionDuration, Rule... without) {
    var clock = MutableClock.at("2023-03-07T15:00:51Z");
    var builder = SimulatedAccount.builder().clock(clock).sessionDuration(sessionDuration);
    for (Rule rule : without) {
      builder.without(rule);
    }
    var replay = new StoryReplay(clock);
    try (var account = builder.build()) {
      replay.play(account, (simulated, instance) -> OperatorShell.on(simulated, instance)::run);
    }
    return replay;
  }

  /** Plays it with the commands of somebody else's. */
  static StoryReplay play(BiFunction<SimulatedAccount, SimulatedInstance, Shell> shells) {
    var clock = MutableClock.at("2023-03-07T15:00:51Z");
    var replay = new StoryReplay(clock);
    try (var account = SimulatedAccount.create(clock)) {
      replay.play(account, shells);
    }
    return replay;
  }

  private void play(
      SimulatedAccount account, BiFunction<SimulatedAccount, SimulatedInstance, Shell> shells) {
    SimulatedInstance setUp = Setup.instance(account);
    shell = shells.apply(account, setUp);

    clock.set(Instant.parse("2023-03-07T15:10:00Z"));
    observe(1, 2, 3, 4, 5);

    act("aws iam remove-role-from-instance-profile " + PROFILE + " --role-name role-name");
    act("aws iam delete-instance-profile " + PROFILE);
    observe(6, 7);

    clock.set(Instant.parse("2023-03-07T15:30:00Z"));
    act(
        "aws iam put-role-policy --role-name role-name --policy-name AWSRevokeOlderSessions"
            + " --policy-document "
            + REVOCATION);
    observe(8);
    act("aws iam delete-role-policy --role-name role-name --policy-name AWSRevokeOlderSessions");
    observe(9);

    clock.set(Instant.parse("2023-03-07T21:05:00Z"));
    observe(10, 11, 12);

    clock.set(Instant.parse("2023-03-08T02:38:54Z"));
    observe(13);
    act("aws iam add-role-to-instance-profile " + PROFILE + " --role-name role-name");
    observe(14);

    clock.set(Instant.parse("2023-03-08T03:22:55Z"));
    act(
        "aws ec2 replace-iam-instance-profile-association --association-id "
            + associationId()
            + " --iam-instance-profile.-name instance-profile-name");
    observe(15);

    clock.set(Instant.parse("2023-03-09T07:52:06Z"));
    act("aws ec2 stop-instances --instance-id.1 " + setUp.id());
    act("aws ec2 start-instances --instance-id.1 " + setUp.id());
    observe(16);
  }

  private String associationId() {
    String text = shell.run("aws ec2 describe-iam-instance-profile-associations").text();
    return text.replaceFirst("(?s).*(iip-assoc-[0-9a-f]+).*", "$1");
  }

  private void observe(int... rows) {
    List<Observation> observations =
        Arrays.stream(rows).mapToObj(FieldRecord::row).flatMap(List::stream).toList();
    List<OperatorShell.Output> outputs =
        shell.look(observations.stream().map(Observation::command).toList());
    for (int i = 0; i < outputs.size(); i++) {
      answers.add(new Answer(observations.get(i), outputs.get(i)));
    }
  }

  private void act(String command) {
    OperatorShell.Output output = shell.run(command);
    if (output.last().status() != 200) {
      throw new AssertionError(command + ": " + output.text());
    }
  }

  List<Answer> answers() {
    return answers;
  }

  List<Answer> row(int row) {
    return answers.stream().filter(answer -> answer.observation().row() == row).toList();
  }

  /** What differs from the record, by row. */
  Map<Integer, List<String>> differences() {
    FieldRecord record = FieldRecord.replay();
    var differences = new TreeMap<Integer, List<String>>();
    for (Answer answer : answers) {
      record
          .difference(answer.observation(), answer.output().text())
          .ifPresent(
              difference ->
                  differences
                      .computeIfAbsent(answer.observation().row(), any -> new ArrayList<>())
                      .add(answer.observation().command() + ": " + difference));
    }
    return new LinkedHashMap<>(differences);
  }
}
