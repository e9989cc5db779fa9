package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.imds.RoleCredentials;
import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;

/**
 * One repair in which, at one moment, something goes wrong and somebody interferes; and what must
 * hold afterwards whatever that was.
 *
 * @param state what is repaired
 * @param number at which of its calls; those before which nothing is other than before the last one
 *     are not counted, nor are the later ones of looks between which nothing but time has changed
 * @param after whether when AWS has answered, or before it is asked
 */
record Moment(Broken.State state, int number, boolean after, Trouble trouble, Party party) {
  /** What goes wrong. */
  enum Trouble {
    NOTHING,
    DENIED_ONCE,
    DENIED_FOR_EVER,
    UNAVAILABLE_FOUR_TIMES,
    THROTTLED,
    GARBLED,
    STALE_READ,
    ANSWER_LOST,
    ANSWER_LATE,
    INTERRUPTED,
    LISTENER_THROWS,
    ERROR_THROWN,
    CLOCK_AHEAD,
    CLOCK_BEHIND,
    KILLED
  }

  /** Who interferes. */
  enum Party {
    NOBODY,
    DELETES_PROFILE,
    EMPTIES_PROFILE,
    REFILLS_PROFILE,
    RECREATES_PROFILE,
    MOVES_ASSOCIATION,
    ENDS_ASSOCIATION,
    REPLACES_ASSOCIATION,
    STOPS,
    STARTS,
    TERMINATES,
    ATTACHES_TO_GROUP,
    EDITS_TRUST;

    boolean leavesTheStateAlone() {
      return this != STOPS && this != STARTS && this != TERMINATES && this != ATTACHES_TO_GROUP;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration AT_MOST = Duration.ofHours(3);
  private static final int LOOKS_ALIKE = 3;

  /** What came of one. */
  static final class Run implements ExecutionInterceptor {
    private final Moment moment;
    private final Broken broken;
    private final Journal journal = new KeptJournal();
    private final Mortal process = new Mortal();
    private final Set<Integer> foreign = new HashSet<>();
    private final Map<String, SdkResponse> latest = new HashMap<>();
    private Object before = "";
    private Instant beforeAt = Instant.EPOCH;
    private int looksAlike;
    private boolean begun;
    private int counted;
    private boolean happened;
    private boolean stale;
    private boolean late;
    private boolean listenerThrows;
    private int callsAfterwards;
    private Duration offset = Duration.ZERO;
    private Optional<RepairReport> report = Optional.empty();
    private String ended = "";

    Run(Moment moment, Broken broken) {
      this.moment = moment;
      this.broken = broken;
    }

    int moments() {
      return counted;
    }

    boolean happened() {
      return happened;
    }

    void run() {
      InstanceProfileOps ops =
          broken
              .builder(process.writing(journal), this)
              .pauser(process.pausing(broken.clock::advance))
              .clock(() -> broken.clock.instant().plus(offset))
              .build();
      RepairPlan plan = ops.plan(broken.target());
      broken.account.clearJournal();
      Instant began = broken.clock.instant();
      begun = true;
      try {
        report =
            Optional.of(
                ops.execute(
                    plan,
                    outcome -> {
                      if (listenerThrows) {
                        throw new IllegalStateException("listener");
                      }
                    }));
        ended = report.get().describe();
      } catch (Mortal.Died | LinkageError e) {
        ended = e.toString();
      } finally {
        begun = false;
        boolean interrupted = Thread.interrupted();
        broken.account.clearFaults();
        if (moment.trouble == Trouble.INTERRUPTED && happened) {
          assertThat(interrupted).as("the interrupt status is kept").isTrue();
        }
      }
      assertThat(Duration.between(began, broken.clock.instant())).isLessThan(AT_MOST);
      invariants(plan);
    }

    private void invariants(RepairPlan plan) {
      List<String> written = written();
      String text = moment + "\n" + written + "\n" + ended;
      nothingWasDoneIsTrue(written, text);
      if (moment.party == Party.NOBODY) {
        assertThat(written).as("no write takes effect twice: %s", text).doesNotHaveDuplicates();
        hasWhatItHad(text);
      }
      boolean succeeded = report.filter(RepairReport::succeeded).isPresent();
      // Whoever acts in the last look of all comes after the repair.
      if (succeeded && (moment.party == Party.NOBODY || callsAfterwards > 8)) {
        itIsSo(text);
      }
      if (succeeded && moment.party == Party.NOBODY) {
        aSecondRunWritesNothing(plan, text);
      }
      broken.clock.advance(Duration.ofMinutes(5));
      if (written.contains("StopInstances") && moment.party.leavesTheStateAlone()) {
        runsOrIsKnownToBeDown(text);
      }
    }

    private void nothingWasDoneIsTrue(List<String> written, String text) {
      if (ended.contains("Nothing was done")
          || report.filter(each -> each.verdict() == RepairVerdict.NOTHING_DONE).isPresent()) {
        assertThat(written).as(text).isEmpty();
      }
    }

    private void hasWhatItHad(String text) {
      JsonNode mine = mine(world());
      boolean owed = journal.read(broken.id).filter(JournalEntry::owes).isPresent();
      boolean told = ended.contains("THIS REPAIR");
      if (!mine.path("association").has("id")) {
        assertThat(owed).as(text).isTrue();
        assertThat(told || report.isEmpty()).as(text).isTrue();
      } else if (moment.state == Broken.State.B6_IN_PLACE) {
        boolean holdsOne = !profile("name", "web").path("role").asText().isEmpty();
        assertThat(holdsOne || told || report.isEmpty()).as(text).isTrue();
      }
    }

    /** By the account itself, and not by the code that said so. */
    private void itIsSo(String text) {
      JsonNode mine = mine(world());
      JsonNode profile = profile("name", broken.profile());
      assertThat(mine.path("association").path("profileId").asText())
          .as(text)
          .isEqualTo(profile.path("id").asText());
      assertThat(profile.path("role").asText()).as(text).isEqualTo(broken.role());
      assertThat(broken.stateName()).as(text).isEqualTo("running");
      assertThat(broken.metadata.credentialsMetadata())
          .as(text)
          .isInstanceOf(RoleCredentials.Available.class);
    }

    private void aSecondRunWritesNothing(RepairPlan plan, String text) {
      int before = broken.account.calls().size();
      InstanceProfileOps again = broken.process(journal);
      again.execute(plan);
      again.execute(again.plan(broken.target()));
      List<ApiCall> calls = broken.account.calls();
      assertThat(calls.subList(before, calls.size())).as(text).noneMatch(Run::effective);
    }

    private void runsOrIsKnownToBeDown(String text) {
      if (broken.stateName().equals("running")) {
        return;
      }
      report.ifPresent(
          each -> assertThat(each.verdict()).as(text).isEqualTo(RepairVerdict.INSTANCE_DOWN));
      assertThat(journal.read(broken.id).filter(JournalEntry::startOwed)).as(text).isPresent();
      InstanceProfileOps next = broken.process(journal);
      RepairReport second = next.execute(broken.plan(next));
      assertThat(broken.stateName()).as(text + second.describe()).isEqualTo("running");
    }

    /** What took effect and was ours. */
    private List<String> written() {
      List<ApiCall> calls = broken.account.calls();
      var written = new ArrayList<String>();
      for (int i = 0; i < calls.size(); i++) {
        if (effective(calls.get(i)) && !foreign.contains(i)) {
          written.add(calls.get(i).operation());
        }
      }
      return written;
    }

    private static boolean effective(ApiCall call) {
      return call.write() && (call.outcome().equals("OK") || call.fault().equals("LOST_ANSWER"));
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      process.live();
      if (!begun) {
        return;
      }
      callsAfterwards += happened ? 1 : 0;
      count();
      if (!moment.after && counted == moment.number) {
        happens(name(executionAttributes));
      }
    }

    private void count() {
      Object now = List.of(written(), journal.read(broken.id));
      Instant at = broken.clock.instant();
      boolean changed = !now.equals(before);
      boolean later = !at.equals(beforeAt);
      looksAlike = changed ? 0 : looksAlike + (later ? 1 : 0);
      if (changed || (later && looksAlike <= LOOKS_ALIKE)) {
        counted++;
      }
      before = now;
      beforeAt = at;
    }

    @Override
    public void afterTransmission(
        Context.AfterTransmission context, ExecutionAttributes executionAttributes) {
      if (!begun) {
        return;
      }
      if (moment.after && counted == moment.number) {
        happens(name(executionAttributes));
      }
      if (late) {
        late = false;
        broken.clock.advance(Duration.ofMinutes(10));
      }
    }

    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes executionAttributes) {
      String name = name(executionAttributes);
      SdkResponse old = latest.put(name, context.response());
      if (stale && old != null && (name.startsWith("Describe") || name.startsWith("Get"))) {
        stale = false;
        return old;
      }
      return context.response();
    }

    private static String name(ExecutionAttributes attributes) {
      return attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    }

    private void happens(String operation) {
      if (happened) {
        return;
      }
      happened = true;
      begun = false;
      try {
        int first = broken.account.calls().size();
        interfere();
        for (int i = first; i < broken.account.calls().size(); i++) {
          foreign.add(i);
        }
      } finally {
        begun = true;
      }
      goWrong(operation);
    }

    private void interfere() {
      try {
        act();
      } catch (RuntimeException e) {
        // What cannot be done to the instance now is not done.
        return;
      }
    }

    private void act() {
      switch (moment.party) {
        case NOBODY -> {}
        case DELETES_PROFILE -> broken.account.deleteInstanceProfile(broken.profile());
        case EMPTIES_PROFILE -> empty();
        case REFILLS_PROFILE -> {
          broken.account.createInstanceProfile("somebodys", "somebodys-role");
          empty();
          broken
              .adminIam()
              .addRoleToInstanceProfile(
                  r -> r.instanceProfileName(broken.profile()).roleName("somebodys-role"));
        }
        case RECREATES_PROFILE -> {
          broken.account.deleteInstanceProfile(broken.profile());
          broken.account.createInstanceProfile(broken.profile(), broken.role());
        }
        case MOVES_ASSOCIATION -> {
          broken.account.createInstanceProfile("somebodys", "somebodys-role");
          replace("somebodys");
        }
        case ENDS_ASSOCIATION ->
            broken
                .admin()
                .disassociateIamInstanceProfile(r -> r.associationId(broken.association()));
        case REPLACES_ASSOCIATION -> replace(broken.profile());
        case STOPS -> broken.admin().stopInstances(r -> r.instanceIds(broken.id.value()));
        case STARTS -> broken.admin().startInstances(r -> r.instanceIds(broken.id.value()));
        case TERMINATES -> broken.admin().terminateInstances(r -> r.instanceIds(broken.id.value()));
        case ATTACHES_TO_GROUP -> attach();
        case EDITS_TRUST ->
            broken
                .adminIam()
                .updateAssumeRolePolicy(
                    r ->
                        r.roleName(broken.role())
                            .policyDocument(
                                """
                                {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                                 "Action":"sts:AssumeRole",
                                 "Principal":{"Service":"lambda.amazonaws.com"}}]}\
                                """));
      }
    }

    private void empty() {
      broken
          .adminIam()
          .removeRoleFromInstanceProfile(
              r -> r.instanceProfileName(broken.profile()).roleName(broken.role()));
    }

    private void replace(String profile) {
      broken
          .admin()
          .replaceIamInstanceProfileAssociation(
              r -> r.associationId(broken.association()).iamInstanceProfile(p -> p.name(profile)));
    }

    private void attach() {
      try (AutoScalingClient groups =
          io.github.rolekeeper.testkit.awssdk.SdkClients.administrator(broken.account)
              .inProcess()
              .build(AutoScalingClient.builder())) {
        groups.createAutoScalingGroup(
            r -> r.autoScalingGroupName("fleet").minSize(0).maxSize(2).desiredCapacity(0));
        groups.attachInstances(r -> r.autoScalingGroupName("fleet").instanceIds(broken.id.value()));
      }
    }

    private void goWrong(String operation) {
      switch (moment.trouble) {
        case NOTHING -> {}
        case DENIED_ONCE -> inject(denied().on("iam:*", "ec2:*").times(1));
        case DENIED_FOR_EVER -> inject(denied().on(operation));
        case UNAVAILABLE_FOUR_TIMES -> inject(Fault.unavailable().on("iam:*", "ec2:*").times(4));
        case THROTTLED -> inject(Fault.throttled().on("iam:*", "ec2:*").times(4));
        case GARBLED -> inject(Fault.garbled().on("iam:*", "ec2:*").times(1));
        case STALE_READ -> stale = true;
        case ANSWER_LOST -> inject(Fault.lostAnswer().on("iam:*", "ec2:*").times(1));
        case ANSWER_LATE -> late = true;
        case INTERRUPTED -> Thread.currentThread().interrupt();
        case LISTENER_THROWS -> listenerThrows = true;
        case ERROR_THROWN -> throw new LinkageError("no class");
        case CLOCK_AHEAD -> offset = Duration.ofHours(1);
        case CLOCK_BEHIND -> offset = Duration.ofHours(-1);
        case KILLED -> process.die();
      }
    }

    private void inject(Fault fault) {
      broken.account.inject(fault);
    }

    // Not 403: the SDK takes that for a wrong clock, which the virtual one is, and repeats.
    private static Fault denied() {
      return Fault.error(400, "UnauthorizedOperation", "no");
    }

    private JsonNode world() {
      try {
        return JSON.readTree(broken.account.snapshot());
      } catch (JsonProcessingException e) {
        throw new AssertionError(e);
      }
    }

    private JsonNode mine(JsonNode world) {
      for (JsonNode each : world.path("instances")) {
        if (each.path("id").asText().equals(broken.id.value())) {
          return each;
        }
      }
      return JSON.createObjectNode();
    }

    private JsonNode profile(String by, String value) {
      for (JsonNode each : world().path("instanceProfiles")) {
        if (each.path(by).asText().equals(value)) {
          return each;
        }
      }
      return JSON.createObjectNode();
    }
  }

  /** As {@code -Drolekeeper.moment} takes it. */
  @Override
  public String toString() {
    return List.of(state, number, after, trouble, party).stream()
        .map(String::valueOf)
        .collect(Collectors.joining(","));
  }

  static Moment parse(String text) {
    String[] parts = text.split(",");
    return new Moment(
        Broken.State.valueOf(parts[0]),
        Integer.parseInt(parts[1]),
        Boolean.parseBoolean(parts[2]),
        Trouble.valueOf(parts[3]),
        Party.valueOf(parts[4]));
  }
}
