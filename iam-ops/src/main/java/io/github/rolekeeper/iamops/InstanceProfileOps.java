package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * Finds out by ids what is wrong between an EC2 instance and its role, and puts it back from a plan
 * that can be read first. Diagnosing and planning only read; only {@code execute} writes, each step
 * once.
 *
 * <p>Thread-safe if the clients are, as those of the AWS SDK and ours are. The clients stay the
 * caller's to close.
 */
public final class InstanceProfileOps {
  private final AwsReader reader;
  private final Referrers referrers;
  private final AwsWriter writer;
  private final SessionRevocations revocations;
  private final Supplier<Optional<CallerIdentity>> caller;
  private final RoleHints hints;
  private final LostTags tags;
  private final StopSearch stops;
  private final Journal journal;
  private final InstantSource clock;
  private final Pauser pauser;
  private final Looks looks;

  private InstanceProfileOps(Builder builder) {
    var hazards = new StopHazards(builder.ec2, builder.standby, builder.ownHost);
    reader = new AwsReader(builder.ec2, builder.iam, builder.metadata, builder.clock, hazards);
    looks = new Looks(reader, builder.deadline, builder.executor);
    var fromOutside =
        new AwsReader(
            builder.ec2, builder.iam, instance -> Optional.empty(), builder.clock, hazards);
    referrers =
        new Referrers(
            new ProfileReader(builder.ec2, builder.iam),
            new Looks(fromOutside, builder.deadline, builder.executor),
            builder.clock);
    writer = new AwsWriter(builder.ec2, builder.iam, builder.decoder);
    revocations = new SessionRevocations(reader, writer, builder.clock, builder.pauser);
    caller = builder.caller;
    hints = new RoleHints(reader, builder.roleHistory);
    tags = new LostTags(builder.roleHistory);
    stops = new StopSearch(builder.stopHistory);
    journal = builder.journal;
    clock = builder.clock;
    pauser = builder.pauser;
  }

  /**
   * Works by the AWS APIs alone, from anywhere.
   *
   * @param ec2 a client for the instance's Region
   * @param iam a client for the instance's account
   * @return the operations
   */
  public static InstanceProfileOps create(Ec2Client ec2, IamClient iam) {
    return builder(ec2, iam).build();
  }

  /**
   * For everything that has a default.
   *
   * @param ec2 a client for the instance's Region
   * @param iam a client for the instance's account
   * @return a builder
   */
  public static Builder builder(Ec2Client ec2, IamClient iam) {
    return new Builder(ec2, iam);
  }

  /**
   * The IAM policy for a principal that diagnoses and plans, for any instance, profile and role of
   * an account: every action that {@link #diagnose}, {@link #diagnoseDeeply}, {@link
   * #diagnoseProfile}, {@link #diagnoseRole} and {@link #plan} can call, on every resource. It is
   * the same in every partition. What carries a plan out needs {@link RepairPlan#policy()}.
   *
   * <p>Needed are {@code ec2:DescribeInstances}, {@code ec2:DescribeIamInstanceProfileAssociations}
   * and {@code iam:GetInstanceProfile}, and {@code iam:ListInstanceProfilesForRole} for a role.
   * Whoever lacks one of the others is told what stays unknown for that. What the functions call
   * that a builder is given is not in it, such as {@code autoscaling:DescribeAutoScalingInstances}
   * or {@code cloudtrail:LookupEvents}.
   *
   * @return a JSON document
   */
  public static String readOnlyPolicy() {
    return ReadOnlyPolicy.json();
  }

  /**
   * Finds out what is wrong with an instance. Four API calls, and the metadata if a client was
   * given; at the same time what does not depend on each other.
   *
   * @param instance the instance
   * @return what was found
   * @throws InstanceProfileOpsException if EC2 knows no such instance; if a call is denied,
   *     throttled for too long or not answered within the {@linkplain Builder#deadline(Duration)
   *     deadline}; or if the thread is interrupted. Its kind says which
   */
  public InstanceDiagnosis diagnose(InstanceId instance) {
    return diagnosis(
        looks.atOnce(instance, Optional.empty(), AwsReader.Depth.ROLE), Optional.empty());
  }

  /**
   * Finds out what is wrong with an instance, a role created again under its name included. Five
   * API calls, and the metadata if a client was given.
   *
   * @param target what the instance should have; a role in it is compared with the one that the
   *     profile holds
   * @return what was found
   * @throws InstanceProfileOpsException if EC2 knows no such instance; if a call is denied,
   *     throttled for too long or not answered within the {@linkplain Builder#deadline(Duration)
   *     deadline}; or if the thread is interrupted. Its kind says which
   */
  public InstanceDiagnosis diagnoseDeeply(RepairTarget target) {
    return diagnosis(
        looks.atOnce(target.instance(), target.instanceProfile(), AwsReader.Depth.DEEP),
        target.role());
  }

  /** An instance that is down may be so by a repair, which only the journal tells. */
  private InstanceDiagnosis diagnosis(InstanceView view, Optional<String> wantedRole) {
    if (!view.down()) {
      return DiagnosisRules.diagnose(view, wantedRole);
    }
    try {
      return DiagnosisRules.diagnose(
          view, wantedRole, new RunJournal(journal, view.instance(), new RunTime()).claim(view));
    } catch (JournalException e) {
      return DiagnosisRules.diagnose(
          view.without(
              new Values.Gap(
                  UnknownType.STOP,
                  "whether a repair has stopped the instance, because " + e.getMessage(),
                  "a journal that can be read would settle it")),
          wantedRole);
    }
  }

  /**
   * Finds out what is wrong with an instance profile and with every instance that refers to it, by
   * the AWS APIs alone. Two calls, and four for each instance; listings are followed to their end.
   * Needs {@code ec2:DescribeInstances} and {@code iam:GetInstanceProfile}, and what a diagnosis of
   * an instance needs.
   *
   * @param name the profile's name; it need not exist any more
   * @return what was found, in the Region of the EC2 client
   * @throws InstanceProfileOpsException if a call is denied, throttled for too long or not answered
   *     within the {@linkplain Builder#deadline(Duration) deadline}, or the thread is interrupted
   * @throws IllegalArgumentException if the name is none that IAM accepts
   */
  public ProfileDiagnosis diagnoseProfile(String name) {
    return referrers.ofProfile(IamName.INSTANCE_PROFILE.checked(name));
  }

  /**
   * Finds out what is wrong with the instance profiles that hold a role, and with every instance
   * that refers to one of them: one call, and {@link #diagnoseProfile} for each profile. Needs
   * {@code iam:ListInstanceProfilesForRole}, too.
   *
   * @param name the role's name; it need not exist any more
   * @return what was found, in the Region of the EC2 client
   * @throws InstanceProfileOpsException if a call is denied, throttled for too long or not answered
   *     within the {@linkplain Builder#deadline(Duration) deadline}, or the thread is interrupted
   * @throws IllegalArgumentException if the name is none that IAM accepts
   */
  public RoleDiagnosis diagnoseRole(String name) {
    return referrers.ofRole(IamName.ROLE.checked(name));
  }

  /**
   * Makes a plan. Only reads. If the {@link Journal} says that a repair before has ended the
   * instance's association or stopped the instance, and AWS shows that this is still so, the plan
   * puts it right; what AWS shows to be in order is crossed out in the journal. A stopped instance
   * of which AWS and the journal do not tell that a repair stopped it is not started, and the plan
   * says so.
   *
   * <p>If {@linkplain Builder#caller(Supplier) the caller} is known, the plan is bound to it, and
   * tells if the caller runs on the very credentials under repair.
   *
   * @param target what the instance shall have, and what may be done to get there
   * @return the plan; with obstacles where something must be decided or passed first
   * @throws InstanceProfileOpsException if EC2 knows no such instance; if a call is denied,
   *     throttled for too long or not answered within the {@linkplain Builder#deadline(Duration)
   *     deadline}; or if the thread is interrupted. Its kind says which
   */
  public RepairPlan plan(RepairTarget target) {
    String id = "plan-" + nonce();
    var before = new RunJournal(journal, target.instance(), new RunTime());
    Optional<JournalEntry> entry = before.latest();
    try (Deadline.Running time = looks.begin("plan for " + target.instance())) {
      return plan(id, target, before, entry, time);
    }
  }

  private RepairPlan plan(
      String id,
      RepairTarget target,
      RunJournal before,
      Optional<JournalEntry> entry,
      Deadline.Running time) {
    InstanceView seen = look(target, entry, time);
    before.seen(seen, "", clock.instant());
    InstanceView view = time.get(() -> stops.settle(seen, before, clock.instant()));
    Optional<String> associate = before.latest().flatMap(JournalEntry::associateOwed);
    if (associate.isPresent()
        && view.association().isEmpty()
        && target.instanceProfile().isEmpty()) {
      RepairTarget owed = target.withInstanceProfile(associate.get());
      return plan(id, look(owed, entry, time), owed, before.claim(view), time);
    }
    return plan(id, view, target, before.claim(view), time);
  }

  private RepairPlan plan(
      String id,
      InstanceView view,
      RepairTarget target,
      Optional<StopClaim> claim,
      Deadline.Running time) {
    RepairPlan draft = RepairPlanner.plan(id, view.withStopHazards(List.of()), target, claim);
    // What speaks against stopping costs calls of its own, so only a plan that would stop the
    // instance if nothing did pays them; and who else is affected, only one that affects others.
    InstanceView hazards =
        draft.has(RepairAction.STOP_INSTANCES)
            ? view.withStopHazards(time.get(() -> reader.stopHazards(view.instance())))
            : view;
    InstanceView others =
        SideEffects.sharedProfile(draft.steps())
            .map(profile -> time.get(() -> reader.withOthers(hazards, profile)))
            .orElse(hazards);
    // How it is encrypted matters only where it is started, which the hazards may stand against.
    InstanceView whole =
        RepairPlanner.plan(id, others, target, claim).has(RepairAction.START_INSTANCES)
            ? time.get(() -> reader.withVolumeKeys(others))
            : others;
    return bound(RepairPlanner.plan(id, whole, target, claim), whole, time);
  }

  /** All that a plan rests on. A role that shall come into the profile must be seen first. */
  private InstanceView look(
      RepairTarget target, Optional<JournalEntry> entry, Deadline.Running time) {
    InstanceView view = looks.inTurn(target, time);
    Optional<String> held = view.profile().flatMap(InstanceView.Profile::roleName);
    Optional<String> wanted =
        target
            .role()
            .filter(
                name ->
                    held.map(each -> !IamName.same(each, name) && target.roleRemovalAllowed())
                        .orElse(true));
    return time.get(
        () -> {
          Optional<InstanceView.Role> coming = wanted.flatMap(reader::role);
          boolean missing = coming.isEmpty() && wanted.filter(reader::knownToBeMissing).isPresent();
          List<String> hinted = hints.about(target, view, entry);
          try {
            return view.with(
                InstanceView.Sought.asked(coming, missing, hinted, tags.about(view, entry)));
          } catch (RuntimeException e) {
            // It is the caller's function, and may throw anything.
            return view.with(InstanceView.Sought.asked(coming, missing, hinted, Optional.empty()))
                .without(
                    new Values.Gap(
                        UnknownType.PROFILE_TAGS,
                        "the tags of the lost profile, because the history failed: "
                            + e.getMessage(),
                        "look in CloudTrail for CreateInstanceProfile and TagInstanceProfile"));
          }
        });
  }

  private RepairPlan bound(RepairPlan plan, InstanceView view, Deadline.Running time) {
    return time.get(caller).map(who -> CallerRules.bind(plan, view, who)).orElse(plan);
  }

  /**
   * Carries out a plan.
   *
   * @param plan the plan
   * @return what was done and what it came to, as of {@link #execute(RepairPlan, RepairListener)}
   * @throws JournalException if the journal cannot be read
   */
  public RepairReport execute(RepairPlan plan) {
    return execute(plan, outcome -> {});
  }

  /**
   * Carries out a plan and tells of each step. Before the first call, and before each one, it is
   * looked whether what the plan rests on is still so: what is done already is not done twice, and
   * a plan whose ids have moved is refused. A plan without steps writes nothing, and is answered by
   * {@link RepairVerdict#NOTHING_DONE}.
   *
   * <p>A plan is for one account, partition and Region. If {@linkplain Builder#caller(Supplier) the
   * caller} is known, and is another one than the one that made the plan, the listener is warned; a
   * plan that was made {@linkplain RepairTarget.Builder#sameCallerOnly() for its own caller only}
   * is refused. A caller is kept from locking itself out.
   *
   * @param plan the plan
   * @param listener told of each step; what it throws is logged, and changes nothing
   * @return what was done and what it came to; a step that failed, and a plan that was refused, are
   *     outcomes, not exceptions. An interrupt ends it with an incomplete report as soon as the
   *     instance has what this run took from it, and keeps the thread's interrupt status
   * @throws JournalException if the journal cannot be read
   */
  public RepairReport execute(RepairPlan plan, RepairListener listener) {
    return start(plan, listener).drive();
  }

  /**
   * Carries out a plan without a thread that waits.
   *
   * @param plan the plan
   * @param listener told of each step and each wait, on the scheduler's threads
   * @param scheduler runs and delays the pieces; stays the caller's to shut down
   * @return the report, as of {@link RepairRun#driveOn}
   * @throws JournalException if the journal cannot be read
   */
  public CompletableFuture<RepairReport> executeAsync(
      RepairPlan plan, RepairListener listener, ScheduledExecutorService scheduler) {
    return start(plan, listener).driveOn(scheduler);
  }

  /**
   * Begins to carry out a plan; whoever drives the run decides when it goes on.
   *
   * @param plan the plan
   * @param listener told of each step and each wait
   * @return the run; nothing has been called yet but what tells the caller
   * @throws JournalException if the journal cannot be read
   */
  public RepairRun start(RepairPlan plan, RepairListener listener) {
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(listener, "listener");
    Optional<CallerIdentity> who = caller.get();
    var time = new RunTime();
    var runner =
        new StepRunner(
            plan,
            nonce(),
            reader,
            writer,
            new RunJournal(journal, plan.target().instance(), time),
            clock,
            time);
    CallerRules.Admitted admitted = CallerRules.admit(plan, who, reader.region());
    var run =
        new RepairRun(
            plan, listener, runner, pauser, new Admission(plan, runner, admitted.refusal()));
    admitted.warnings().forEach(run::warn);
    return run;
  }

  private static String nonce() {
    return String.format(Locale.ROOT, "%08x", ThreadLocalRandom.current().nextInt());
  }

  /**
   * Revokes all sessions of a role that were issued until now, as the console's "Revoke active
   * sessions" does: puts the inline policy {@code AWSRevokeOlderSessions} with the time of now.
   * Needs {@code iam:GetRolePolicy} and {@code iam:PutRolePolicy}. Sessions issued later work.
   *
   * @param role the name of the role
   * @return what is revoked now
   * @throws InstanceProfileOpsException if a call is denied or fails, or its effect does not show
   *     within two minutes
   * @throws IllegalArgumentException if the name is none that IAM accepts, or the caller is known
   *     and is itself a session of the role
   */
  public RevocationReport revokeSessions(String role) {
    CallerRules.checkRevocation(IamName.ROLE.checked(role), caller.get());
    return revocations.revoke(role);
  }

  /**
   * Lifts the revocation of a role's sessions: deletes the policy {@code AWSRevokeOlderSessions}.
   * Needs {@code iam:GetRolePolicy} and {@code iam:DeleteRolePolicy}. It is seldom right: see
   * {@link LiftAcknowledgement}.
   *
   * @param role the name of the role
   * @param acknowledgement that the caller knows what follows
   * @return what is revoked now: nothing
   * @throws InstanceProfileOpsException if a call is denied or fails, or its effect does not show
   *     within two minutes
   * @throws IllegalArgumentException if the name is none that IAM accepts
   */
  public RevocationReport liftRevocation(String role, LiftAcknowledgement acknowledgement) {
    Objects.requireNonNull(acknowledgement, "acknowledgement");
    return revocations.lift(IamName.ROLE.checked(role));
  }

  /**
   * The role that the instance's profile holds now. Three API calls.
   *
   * @param instance the instance
   * @return its name; empty if there is none
   * @throws InstanceProfileOpsException if EC2 knows no such instance, or a call is denied,
   *     throttled for too long or not answered
   */
  public Optional<String> roleOf(InstanceId instance) {
    return reader
        .read(instance, Optional.empty(), AwsReader.Depth.PROFILE)
        .profile()
        .flatMap(InstanceView.Profile::roleName);
  }

  /** Builds an {@link InstanceProfileOps}. Not thread-safe. */
  public static final class Builder {
    private final Ec2Client ec2;
    private final IamClient iam;
    private Function<InstanceId, Optional<InstanceMetadataClient>> metadata =
        instance -> Optional.empty();
    private Supplier<Optional<CallerIdentity>> caller = Optional::empty;
    private InstantSource clock = SystemTime.wallClock();
    private Pauser pauser = SystemTime::sleep;
    private Journal journal = Journal.inMemory();
    private RoleHistory roleHistory = profile -> List.of();
    private StopHistory stopHistory = instance -> List.of();
    private UnaryOperator<String> decoder = message -> "";
    private Predicate<InstanceId> standby = instance -> false;
    private Predicate<InstanceId> ownHost = OwnHost.here();

    // Three attempts of the SDK at each of four calls, which AWS answers in a second or two.
    private Duration deadline = Duration.ofSeconds(30);
    private Executor executor = Deadline.ownThreads();

    private Builder(Ec2Client ec2, IamClient iam) {
      this.ec2 = Objects.requireNonNull(ec2, "ec2");
      this.iam = Objects.requireNonNull(iam, "iam");
    }

    /**
     * The metadata of one instance, such as the one that the program runs on. It tells when the
     * credentials end, and whether the instance follows a repair. Whose it is is read with it, from
     * {@code meta-data/instance-id}: for another instance it counts as not given, and the diagnosis
     * says so.
     *
     * @param client a client of the instance's metadata; by default none
     * @return this builder
     */
    public Builder metadata(InstanceMetadataClient client) {
      Objects.requireNonNull(client, "client");
      return metadata(instance -> Optional.of(client));
    }

    /**
     * The metadata of several instances, such as over tunnels; as {@link
     * #metadata(InstanceMetadataClient)} for each of them, and instead of it.
     *
     * @param clients gives the client of an instance's metadata, or nothing; may be asked on other
     *     threads, and for each look. What it throws makes the metadata unreadable. The clients
     *     stay the caller's to close
     * @return this builder
     */
    public Builder metadata(Function<InstanceId, Optional<InstanceMetadataClient>> clients) {
      metadata = Objects.requireNonNull(clients, "clients");
      return this;
    }

    /**
     * Who makes the calls. A plan is then bound to this principal, and to the account, the
     * partition and the Region of the instance, and {@code execute} refuses others.
     *
     * @param who asked for every plan and before a bound plan is carried out, such as {@code () ->
     *     new CallerIdentity(sts.getCallerIdentity().arn())}; what it throws is passed on. By
     *     default nobody says
     * @return this builder
     */
    public Builder caller(Supplier<CallerIdentity> who) {
      Objects.requireNonNull(who, "who");
      caller = () -> Optional.of(who.get());
      return this;
    }

    /**
     * What the time is read from.
     *
     * @param source by default the system's clock
     * @return this builder
     */
    public Builder clock(InstantSource source) {
      clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * How a repair waits.
     *
     * @param how by default it sleeps
     * @return this builder
     */
    public Builder pauser(Pauser how) {
      pauser = Objects.requireNonNull(how, "how");
      return this;
    }

    /**
     * What remembers a repair under way, so that another run can take up what one that died has
     * left: an instance that it stopped, or whose association it ended.
     *
     * @param where by default in memory, as long as these operations; give a durable one where the
     *     process may die between two calls
     * @return this builder
     */
    public Builder journal(Journal where) {
      journal = Objects.requireNonNull(where, "where");
      return this;
    }

    /**
     * Where it can be looked up who stopped an instance. A plan asks it only if a run before meant
     * to stop the instance, did not live to see AWS's answer, and the instance is down. Without it
     * the moment decides, of which EC2 tells: a stop more than a minute after the intent is taken
     * for somebody else's, and the instance not started.
     *
     * @param where by default nothing is known
     * @return this builder
     */
    public Builder stopHistory(StopHistory where) {
      stopHistory = Objects.requireNonNull(where, "where");
      return this;
    }

    /**
     * Where the role can be looked up that a lost profile held, and its tags. A plan asks it for
     * the role only if nobody passed one and IAM does not show one, and offers what it says with
     * its source; for the tags before it makes the profile again.
     *
     * @param where by default nothing is known
     * @return this builder
     */
    public Builder roleHistory(RoleHistory where) {
      roleHistory = Objects.requireNonNull(where, "where");
      return this;
    }

    /**
     * What decodes the messages with which EC2 says why it denies a call, to be shown in the
     * outcome; such as {@code message -> sts.decodeAuthorizationMessage(r ->
     * r.encodedMessage(message)).decodedMessage()} with a client whose principal has {@code
     * sts:DecodeAuthorizationMessage}.
     *
     * @param how by default nothing is decoded; what it throws is told in the outcome
     * @return this builder
     */
    public Builder authorizationMessageDecoder(UnaryOperator<String> how) {
      decoder = Objects.requireNonNull(how, "how");
      return this;
    }

    /**
     * What tells whether an instance of an Auto Scaling group is in standby, where it may be
     * stopped without being replaced. Asked only for instances with the tag {@code
     * aws:autoscaling:groupName} that are about to be stopped, such as {@code id ->
     * autoScaling.describeAutoScalingInstances(r -> r.instanceIds(id.value()))
     * .autoScalingInstances().stream().anyMatch(each -> each.lifecycleState().equals("Standby"))}.
     *
     * @param how by default none is in standby, so that no instance of a group is stopped; what it
     *     throws speaks against stopping
     * @return this builder
     */
    public Builder standby(Predicate<InstanceId> how) {
      standby = Objects.requireNonNull(how, "how");
      return this;
    }

    /**
     * What tells whether this very program runs on an instance, which it then does not stop: it
     * could not start it again. Asked before a stop is offered and before it is called.
     *
     * @param how by default the machine's firmware is asked, then the metadata service at the
     *     configured endpoint and at EC2's addresses of both families; on a machine that is no
     *     instance no packet is sent. What it throws speaks against stopping
     * @return this builder
     */
    public Builder ownHost(Predicate<InstanceId> how) {
      ownHost = Objects.requireNonNull(how, "how");
      return this;
    }

    /**
     * How long the reads of one diagnosis of an instance, or of one plan, may take together, in
     * real time whatever {@link #clock(InstantSource)} says. A diagnosis by profile or role may
     * take as long for each profile, and as long again for each instance. Metadata that have not
     * answered by then are unknown; without an answer of the APIs nothing is. Repairs keep to the
     * time-outs of the clients.
     *
     * @param longest by default 30 s, in which AWS answers a plan's calls with the SDK's retries
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder deadline(Duration longest) {
      if (longest.isZero() || longest.isNegative()) {
        throw new IllegalArgumentException(
            "deadline " + longest + " leaves no time to read; pass a positive one");
      }
      deadline = longest;
      return this;
    }

    /**
     * What runs the reads of a diagnosis and of a plan while the calling thread waits for the
     * deadline; those of a diagnosis that do not depend on each other at the same time, if there
     * are threads free. Not one that the calling thread itself belongs to and that may have no
     * other thread free.
     *
     * @param other by default a daemon thread for each read, which ends with it; a client that
     *     heeds no interrupt holds it until its own time-out
     * @return this builder
     */
    public Builder executor(Executor other) {
      executor = Objects.requireNonNull(other, "other");
      return this;
    }

    /**
     * Ends the builder.
     *
     * @return the operations
     */
    public InstanceProfileOps build() {
      return new InstanceProfileOps(this);
    }
  }
}
