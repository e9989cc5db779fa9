package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.Timing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;

/** One instance, broken and hindered as a seed says, and its repair by a patient caller. */
final class RandomRepair {
  /** How an instance can be when the repair begins. */
  enum Start {
    HEALTHY,
    NO_ASSOCIATION,
    PROFILE_DELETED,
    STALE_ID,
    OTHER_PATH,
    NO_ROLE,
    WRONG_ROLE,
    UNTRUSTED_ROLE,
    REVOKED,
    ASSOCIATING,
    IN_TRANSITION,
    METADATA_OFF
  }

  // Two refreshes of the metadata, an hour apart, and half an hour for steps and delays.
  static final Duration HEALTHY_WITHIN = Duration.ofMinutes(150);

  private static final String WEB = "web";
  private static final String ROLE = "web-role";
  private static final ObjectMapper JSON = new ObjectMapper();
  // A fault may meet any of its calls; more rounds than faults are never needed.
  private static final int ROUNDS = 12;

  // A driver may come back later than it was told to, if not so late that a patience of two minutes
  // is over between two looks, five or ten seconds apart.
  private static final int MOST_TARDY = 6;

  // The metadata service is asked at a real socket, and the machine may be busy.
  private static final Duration REAL_PATIENCE = Duration.ofSeconds(30);

  private static final List<String> EVERYWHERE =
      List.of(
          "iam:*",
          "ec2:*",
          "GetInstanceProfile",
          "GetRolePolicy",
          "DescribeInstances",
          "DescribeIamInstanceProfileAssociations",
          "CreateInstanceProfile",
          "AddRoleToInstanceProfile",
          "ReplaceIamInstanceProfileAssociation",
          "DisassociateIamInstanceProfile",
          "AssociateIamInstanceProfile",
          "StopInstances",
          "StartInstances");

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private final Random random;
  private final SimulatedAccount account;
  private final Ground.Clients clients;
  private final boolean roleless;
  private final int tardiness;
  private final Start start;
  private final boolean stopped;
  private final boolean withMetadata;
  private final boolean mayStop;
  private final List<String> faults = new ArrayList<>();
  private final StringBuilder story = new StringBuilder();
  private final StringBuilder told = new StringBuilder();
  private final Journal journal = new KeptJournal();
  private SimulatedInstance instance;
  private InstanceId id;
  private InstanceMetadataClient metadata;
  private InstanceProfileOps ops;
  private String wanted = WEB;
  private Optional<String> profileBefore = Optional.empty();
  private Duration lag = Duration.ZERO;
  private Duration toEc2 = Duration.ZERO;
  private boolean leftLagging;

  RandomRepair(Ground ground, long seed) {
    // Seeds that follow each other give alike first numbers.
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    start = Start.values()[random.nextInt(Start.values().length)];
    stopped = random.nextInt(3) == 0;
    withMetadata = random.nextBoolean();
    mayStop = random.nextBoolean();
    roleless = random.nextBoolean();
    // The larger of two: who looks seldom tries as much in a third less of the processor's time.
    tardiness = 1 + Math.max(random.nextInt(MOST_TARDY), random.nextInt(MOST_TARDY));
    SimulatedAccount.Builder fresh = SimulatedAccount.builder().clock(clock);
    account = ground.begin(roleless ? fresh : fresh.without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    clients = ground.clients();
  }

  String story() {
    return start
        + (stopped ? ", stopped" : ", running")
        + (withMetadata ? ", with metadata" : "")
        + (mayStop ? ", may be stopped" : "")
        + (roleless ? ", new associations show no role" : "")
        + ", waits times "
        + tardiness
        + "\n"
        + faults
        + "\n"
        + story
        + account.calls().stream()
            .filter(call -> !call.service().equals("imds"))
            .map(
                call ->
                    call.time()
                        + " "
                        + call.operation()
                        + " "
                        + call.outcome()
                        + " "
                        + call.fault()
                        + "\n")
            .collect(java.util.stream.Collectors.joining());
  }

  void run() {
    try {
      breakIt();
      hinder();
      account.clearJournal();
      repair();
      account.clearFaults();
      noTimings();
      itIsHealthy();
    } finally {
      account.clearFaults();
      noTimings();
      if (metadata != null) {
        metadata.close();
      }
    }
  }

  private void breakIt() {
    account.createInstanceProfile(WEB, ROLE);
    instance = account.launchInstance(WEB);
    id = InstanceId.of(instance.id());
    metadata = Metadata.builder(instance.metadataEndpoint()).attempts(1).build();
    clock.advance(Duration.ofHours(1).plusSeconds(random.nextInt(3000)));
    if (stopped) {
      clients.ec2.stopInstances(r -> r.instanceIds(id.value()));
    }
    switch (start) {
      case HEALTHY -> {}
      case NO_ASSOCIATION ->
          clients.ec2.disassociateIamInstanceProfile(
              r -> r.associationId(association().orElseThrow().path("id").asText()));
      case PROFILE_DELETED -> account.deleteInstanceProfile(WEB);
      case STALE_ID -> {
        account.deleteInstanceProfile(WEB);
        account.createInstanceProfile(WEB, ROLE);
      }
      case OTHER_PATH -> {
        account.deleteInstanceProfile(WEB);
        clients.iam.createInstanceProfile(r -> r.instanceProfileName(WEB).path("/elsewhere/"));
        clients.iam.addRoleToInstanceProfile(r -> r.instanceProfileName(WEB).roleName(ROLE));
      }
      case NO_ROLE ->
          clients.iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName(WEB).roleName(ROLE));
      case WRONG_ROLE -> {
        account.createInstanceProfile("unused", "right-role");
        wanted = "new";
      }
      case UNTRUSTED_ROLE ->
          clients.iam.updateAssumeRolePolicy(
              r ->
                  r.roleName(ROLE)
                      .policyDocument(
                          """
                          {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                           "Action":"sts:AssumeRole",
                           "Principal":{"Service":"lambda.amazonaws.com"}}]}"""));
      case REVOKED ->
          clients.iam.putRolePolicy(
              r ->
                  r.roleName(ROLE)
                      .policyName("AWSRevokeOlderSessions")
                      .policyDocument(
                          """
                          {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
                           "Resource":["*"],"Condition":{"DateLessThan":
                           {"aws:TokenIssueTime":"%s"}}}]}"""
                              .formatted(clock.instant())));
      case METADATA_OFF ->
          clients.ec2.modifyInstanceMetadataOptions(
              r -> r.instanceId(id.value()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));
      case ASSOCIATING, IN_TRANSITION -> {}
    }
    // What was done before is known everywhere.
    clock.advance(Duration.ofSeconds(1 + random.nextInt(600)));
    profileBefore = association().map(each -> each.path("profileId").asText());
  }

  /** Delays of propagation and a few faults; then what is under way when the repair begins. */
  private void hinder() {
    // Field reports of two minutes are the longest; Terraform gives up then, and so do we.
    toEc2 = delay(Timing.IAM_TO_EC2, 100);
    delay(Timing.ASSOCIATION_TRANSITION, 120);
    delay(Timing.IAM_READ_AFTER_WRITE, 20);
    lag = delay(Timing.METADATA_LAG, 240);
    delay(Timing.INSTANCE_STOP, 90);
    delay(Timing.INSTANCE_START, 90);
    if (start == Start.ASSOCIATING && !stopped) {
      String association = association().orElseThrow().path("id").asText();
      clients.ec2.replaceIamInstanceProfileAssociation(
          r -> r.associationId(association).iamInstanceProfile(p -> p.name(WEB)));
    }
    if (start == Start.IN_TRANSITION) {
      if (stopped) {
        account.timing(Timing.INSTANCE_STOP, Duration.ofSeconds(60));
        clients.ec2.startInstances(r -> r.instanceIds(id.value()));
        clock.advance(Duration.ofSeconds(100));
        clients.ec2.stopInstances(r -> r.instanceIds(id.value()));
      } else {
        clients.ec2.stopInstances(r -> r.instanceIds(id.value()));
        clock.advance(Duration.ofSeconds(100));
        clients.ec2.startInstances(r -> r.instanceIds(id.value()));
      }
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      inject(api(), EVERYWHERE);
    }
    if (random.nextInt(4) == 0) {
      inject(
          Fault.concurrentModification(),
          List.of("CreateInstanceProfile", "AddRoleToInstanceProfile"));
    }
    if (random.nextInt(4) == 0) {
      inject(Fault.status(random.nextBoolean() ? 500 : 429), List.of("imds:*"));
    }
  }

  private Fault api() {
    List<Supplier<Fault>> kinds =
        List.of(
            Fault::throttled,
            Fault::internalError,
            Fault::unavailable,
            Fault::lostAnswer,
            Fault::connectionReset,
            Fault::noAnswer,
            Fault::truncated,
            Fault::garbled);
    return kinds.get(random.nextInt(kinds.size())).get();
  }

  private void inject(Fault kind, List<String> operations) {
    String operation = operations.get(random.nextInt(operations.size()));
    int number = 1 + random.nextInt(4);
    boolean first = random.nextBoolean();
    faults.add(kind.kind() + " on " + operation + (first ? ", first " : ", at call ") + number);
    Fault fault = kind.on(operation);
    account.inject(first ? fault.times(number) : fault.atCalls(number));
  }

  private Duration delay(Timing timing, int longest) {
    Duration value = Duration.ofSeconds(random.nextBoolean() ? 0 : random.nextInt(longest + 1));
    faults.add(timing + " " + value.toSeconds() + " s");
    account.timing(timing, value);
    return value;
  }

  private void noTimings() {
    for (Timing timing :
        List.of(
            Timing.IAM_TO_EC2,
            Timing.ASSOCIATION_TRANSITION,
            Timing.IAM_READ_AFTER_WRITE,
            Timing.METADATA_LAG,
            Timing.INSTANCE_STOP,
            Timing.INSTANCE_START)) {
      account.timing(timing, Duration.ZERO);
    }
    // All that was under way arrives.
    clock.advance(Duration.ofMinutes(5));
  }

  private RepairTarget target() {
    String wantedRole = start == Start.WRONG_ROLE ? "right-role" : ROLE;
    RepairTarget.Builder target =
        RepairTarget.forInstance(id).instanceProfile(wanted).role(wantedRole);
    return mayStop ? target.allowStopStart().build() : target.build();
  }

  /** As a patient caller does: plans, executes, and plans again until there is nothing to do. */
  private void repair() {
    InstanceProfileOps.Builder builder =
        InstanceProfileOps.builder(clients.ec2, clients.iam)
            .clock(clock)
            .pauser(clock::advance)
            .journal(journal)
            .ownHost(instance -> false);
    ops = (withMetadata ? builder.metadata(metadata) : builder).build();
    Instant began = clock.instant();
    for (int round = 1; ; round++) {
      assertThat(round).as("rounds").isLessThanOrEqualTo(ROUNDS);
      assertThat(Duration.between(began, clock.instant())).isLessThan(HEALTHY_WITHIN);
      RepairPlan plan;
      try {
        plan = ops.plan(target());
      } catch (InstanceProfileOpsException e) {
        assertThat(e.transientFailure()).as(e.getMessage()).isTrue();
        story.append("plan: ").append(e.getMessage()).append('\n');
        clock.advance(Duration.ofSeconds(10));
        continue;
      }
      told(plan.describe());
      if (!plan.obstacles().isEmpty()) {
        assertThat(plan.diagnosis().findings())
            .as("only what is on its way stops a plan: %s", plan.describe())
            .extracting(Finding::type)
            .containsAnyOf(
                FindingType.INSTANCE_IN_TRANSITION,
                FindingType.ASSOCIATION_IN_TRANSITION,
                FindingType.METADATA_LAGS,
                FindingType.SESSIONS_REVOKED);
        clock.advance(Duration.ofSeconds(30));
      } else if (plan.steps().isEmpty() && !revocationSeen(plan)) {
        story.append("plan: ").append(plan.diagnosis().unknowns()).append('\n');
        clock.advance(Duration.ofSeconds(10));
      } else if (plan.steps().isEmpty() && owes()) {
        // As the advice of a run that failed says: plan and execute again. It only looks.
        execute(plan);
        clock.advance(Duration.ofMinutes(2));
      } else if (plan.steps().isEmpty()) {
        nothingLeftBut(plan);
        return;
      } else {
        execute(plan);
        if (leftLagging) {
          return;
        }
      }
    }
  }

  private boolean owes() {
    return journal.read(id).filter(JournalEntry::owes).isPresent();
  }

  /** A diagnosis goes on without that answer, and says so; a patient caller asks again. */
  private static boolean revocationSeen(RepairPlan plan) {
    return plan.diagnosis().unknowns().stream()
        .noneMatch(each -> each.type() == UnknownType.REVOCATION);
  }

  private void execute(RepairPlan plan) {
    int before = account.calls().size();
    RepairRun run = ops.start(RepairPlan.fromJson(told(plan.toJson())), outcome -> {});
    while (true) {
      RepairProgress progress = run.advance();
      invariants(plan, before);
      before = account.calls().size();
      if (progress instanceof RepairProgress.RetryAfter wait) {
        story.append("  wait ").append(told(wait.reason())).append('\n');
        clock.advance(wait.delay().multipliedBy(tardiness));
      } else if (progress instanceof RepairProgress.Finished finished) {
        RepairReport report = finished.report();
        story.append(told(report.describe()));
        judge(report);
        return;
      }
    }
  }

  private void judge(RepairReport report) {
    if (report.verdict() == RepairVerdict.REPAIRED_METADATA_LAGS) {
      assertThat(
              roleless
                  || start == Start.UNTRUSTED_ROLE
                  || lag.plus(toEc2).compareTo(Duration.ZERO) > 0)
          .as("why the metadata lags")
          .isTrue();
      // Nothing but a stop and start cures that, and the caller has not permitted it.
      leftLagging = roleless && !mayStop;
      // The hourly refresh.
      clock.advance(Duration.ofHours(1));
    } else if (!Repaired.by(report)) {
      assertThat(report.advice()).isNotEmpty();
      assertThat(faults).as("why it stopped").isNotEmpty();
      clock.advance(Duration.ofSeconds(30));
    }
  }

  /** What a plan without steps may leave is what was broken so, and nobody asked to change. */
  private void nothingLeftBut(RepairPlan plan) {
    Set<FindingType> left = new LinkedHashSet<>();
    plan.diagnosis().findings().forEach(finding -> left.add(finding.type()));
    switch (start) {
      case UNTRUSTED_ROLE ->
          assertThat(left).as(plan.describe()).contains(FindingType.TRUST_LACKS_EC2);
      case METADATA_OFF ->
          assertThat(left).as(plan.describe()).containsExactly(FindingType.METADATA_DISABLED);
      case REVOKED ->
          // A stopped instance gets new credentials when it is started.
          assertThat(left)
              .as(plan.describe())
              .isSubsetOf(stopped ? Set.of(FindingType.SESSIONS_REVOKED) : Set.of());
      default -> assertThat(left).as(plan.describe()).isEmpty();
    }
  }

  /** What must hold after every call, whatever happens next. */
  private void invariants(RepairPlan plan, int before) {
    List<ApiCall> calls = account.calls();
    if (calls.subList(before, calls.size()).stream().noneMatch(RandomRepair::writes)) {
      return;
    }
    JsonNode world = world();
    JsonNode mine = mine(world);
    Optional<JournalEntry> entry = journal.read(id);
    entry.ifPresent(each -> told(new String(JournalJson.write(each), StandardCharsets.UTF_8)));
    Optional<JsonNode> association = association(mine);
    if (association.isEmpty() && start != Start.NO_ASSOCIATION) {
      assertThat(entry.flatMap(JournalEntry::associateOwed)).contains(wanted);
    }
    if (!stopped && mine.path("state").asText("running").startsWith("stop")) {
      assertThat(entry.map(JournalEntry::startOwed)).contains(true);
    }
    association
        .map(each -> each.path("profileId").asText())
        .filter(profile -> !profileBefore.equals(Optional.of(profile)))
        .ifPresent(
            profile ->
                assertThat(profile(world, "id", profile).path("role").asText())
                    .as("what the instance was given holds a role")
                    .isNotEmpty());
    Set<String> planned = new LinkedHashSet<>();
    plan.steps().forEach(step -> planned.add(step.operation()));
    assertThat(calls.subList(before, calls.size()))
        .filteredOn(RandomRepair::writes)
        .extracting(ApiCall::operation)
        .isSubsetOf(planned);
    assertThat(planned)
        .isSubsetOf(
            "CreateInstanceProfile",
            "AddRoleToInstanceProfile",
            "ReplaceIamInstanceProfileAssociation",
            "DisassociateIamInstanceProfile",
            "AssociateIamInstanceProfile",
            mayStop && withMetadata ? "StopInstances" : "",
            mayStop && withMetadata ? "StartInstances" : "");
  }

  /** And not only asks whether it would be allowed. */
  private static boolean writes(ApiCall call) {
    return call.write() && !call.outcome().equals("DryRunOperation");
  }

  /** The truth, which no fault and no delay hides. */
  private void itIsHealthy() {
    JsonNode world = world();
    JsonNode mine = mine(world);
    JsonNode profile = profile(world, "name", wanted);
    assertThat(association(mine).map(each -> each.path("profileId").asText()))
        .contains(profile.path("id").asText());
    noSecretWasTold(world);
    assertThat(profile.path("role").asText()).isNotEmpty();
    assertThat(mine.path("state").asText("running")).isEqualTo(stopped ? "stopped" : "running");
    assertThat(owes()).isFalse();
    for (JsonNode each : world.path("instanceProfiles")) {
      assertThat(each.path("role").asText()).as("orphan %s", each.path("name")).isNotEmpty();
    }
    account.clearJournal();
    RepairPlan again = ops.plan(target());
    if (!leftLagging) {
      assertThat(again.steps()).as("a second run").isEmpty();
    }
    assertThat(account.calls()).noneMatch(RandomRepair::writes);
    boolean shows = !roleless || (mayStop && withMetadata);
    if (shows && !stopped && start != Start.METADATA_OFF && start != Start.UNTRUSTED_ROLE) {
      // The refresh after the one that a lag may have put off.
      clock.advance(Duration.ofHours(2));
      assertThat(
              InstanceProfileOps.builder(clients.ec2, clients.iam)
                  .metadata(metadata)
                  .clock(clock)
                  .build()
                  .diagnose(id)
                  .healthy())
          .as("the instance sees it after its hourly refresh")
          .isTrue();
    }
  }

  /** Keeps what was told, in which no secret may be. */
  private String told(String text) {
    told.append(text).append('\n');
    return text;
  }

  private void noSecretWasTold(JsonNode world) {
    String text = told.toString();
    for (JsonNode session : world.path("sessions")) {
      for (String secret : List.of("secretAccessKey", "sessionToken")) {
        assertThat(text.contains(session.path(secret).asText("none"))).as(secret).isFalse();
      }
    }
    assertThat(text.contains("any-secret")).isFalse();
  }

  private JsonNode world() {
    try {
      return JSON.readTree(account.snapshot());
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode mine(JsonNode world) {
    for (JsonNode each : world.path("instances")) {
      if (each.path("id").asText().equals(id.value())) {
        return each;
      }
    }
    throw new AssertionError("instance " + id + " is gone");
  }

  private Optional<JsonNode> association() {
    return association(mine(world()));
  }

  private static Optional<JsonNode> association(JsonNode instance) {
    return Optional.of(instance.path("association")).filter(each -> each.has("id"));
  }

  private static JsonNode profile(JsonNode world, String by, String value) {
    for (JsonNode each : world.path("instanceProfiles")) {
      if (each.path(by).asText().equals(value)) {
        return each;
      }
    }
    return JSON.createObjectNode();
  }
}
