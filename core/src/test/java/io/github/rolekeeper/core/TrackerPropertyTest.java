package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.TrackerModel.Call;
import io.github.rolekeeper.core.TrackerModel.Event;
import io.github.rolekeeper.core.TrackerModel.Happening;
import io.github.rolekeeper.core.TrackerModel.Kind;
import io.github.rolekeeper.core.TrackerModel.Loss;
import io.github.rolekeeper.core.TrackerModel.Outcome;
import io.github.rolekeeper.core.TrackerModel.Served;
import io.github.rolekeeper.core.TrackerModel.Sign;
import io.github.rolekeeper.core.TrackerModel.Verdict;
import io.github.rolekeeper.core.TrackerModel.Why;
import io.github.rolekeeper.core.TrackerModel.Windows;
import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * The tracker against {@link TrackerModel}. Each of these changes of the code was made by hand, one
 * at a time, and this test failed on it:
 *
 * <ol>
 *   <li>{@code SnapshotRules}: the edge of the overdue window is not yet overdue ({@code <} for
 *       {@code <=})
 *   <li>{@code SnapshotRules}: dead and withdrawn is EXPIRED instead of MISSING
 *   <li>{@code SnapshotRules}: an answer at the very expiration does not count as served past it
 *   <li>{@code HeldCredentials}: the first sight moves with each look
 *   <li>{@code TrackerState}: a forecast is foreseen anew at each look
 *   <li>{@code TrackerState}: every answer is a generation
 *   <li>{@code TrackerState}: failures are counted on after an answer
 *   <li>{@code TrackerState}: a renewal after an outage counts as rhythm
 *   <li>{@code Rhythm}: two intervals are a rhythm
 *   <li>{@code Rhythm}: four intervals are remembered instead of eight
 *   <li>{@code ClockCheck}: the skew outlives a jump
 *   <li>{@code ClockWatch}: the even clock is compared with the start instead of the last look
 *   <li>{@code Change}: a forecast that came true is withdrawn
 *   <li>{@code LossRules}: an answer of "none" proves that the rhythm stopped
 *   <li>{@code Judged}: a judgement outlives its edge by an instant
 *   <li>{@code CredentialTracker}: changes are told against the very first look
 *   <li>{@code KeyTraffic}: one denial is a suspicion
 *   <li>{@code KeyTraffic}: the denial of an action that never succeeded counts
 *   <li>{@code KeyTraffic}: a success leaves the denials of other actions
 *   <li>{@code KeyTraffic}: a success that needs no permission clears the denials
 *   <li>{@code ExpiryWindows}: what EC2 promises is expected of every source
 *   <li>{@code KeyTraffic}: a success leaves the learnt end
 *   <li>{@code KeyTraffic}: an identity that is refused stays denied
 *   <li>{@code TrafficMemory}: one session is remembered instead of four
 *   <li>{@code TrackerState}: the end learnt from services outlives the success that disproves it
 *   <li>{@code TrackerState}: each call's skew is taken, be it a second off
 *   <li>{@code TrackerState}: a failure is over when nobody tries again
 *   <li>{@code TrackerState}: what the next use would get takes the place of what is in use
 *   <li>{@code SnapshotRules}: what nobody used past its end is EXPIRED
 *   <li>{@code SnapshotRules}: what nobody uses becomes overdue by the clock
 *   <li>{@code SnapshotRules}: a suspicion outlives the session
 *   <li>{@code ExpiryWindows}: the overdue window may be longer than the scaled advisory one
 *   <li>{@code Change}: a suspicion that the session's end ended is cleared
 *   <li>{@code SnapshotRules}: what nobody looked at becomes overdue by the clock
 *   <li>{@code TrackerState}: a cause does not outlast the answers after the loss
 *   <li>{@code TrackerState}: a sign of loss is dropped without an expiration
 *   <li>{@code TrackerState}: a failed look is no look
 *   <li>{@code TrackerState}: a set that came dead has the cause of the one before
 *   <li>{@code Change}: a forecast that becomes surer is not raised again
 *   <li>{@code Change}: a forecast that becomes less sure is raised again
 *   <li>{@code TrafficMemory}: the tracked session is forgotten like any other
 *   <li>{@code KeyTraffic}: what may be no denial counts
 *   <li>{@code KeyTraffic}: an explicit denial does not count
 *   <li>{@code SnapshotRules}: a learnt end was promised to have successors
 *   <li>{@code LossRules}: a refusal is as sure without an answer since
 *   <li>{@code LossRules}: a refusal is as sure while the source fails
 *   <li>{@code HeldCredentials}: a set ages from its issue alone
 *   <li>{@code Rhythm}: a set that lasts no longer is a renewal
 *   <li>{@code Rhythm}: only the set before must last less long, not all before
 *   <li>{@code SnapshotRules}: a clock that was set back far hides that nobody looked
 * </ol>
 */
class TrackerPropertyTest {
  private static final long EPOCH = Sets.NOON.getEpochSecond();

  /** A step of a schedule; the numbers mean what the step makes of them. */
  interface Step {
    void take(World world);
  }

  // A fixed seed: a build has the same answer each time. Without it, others are tried.
  @Property(tries = 20_000, seed = "20230307")
  void state_and_events_are_what_the_model_makes_of_the_history(
      @ForAll("windows") Windows windows, @ForAll("schedules") List<Step> schedule) {
    World world = new World(windows);
    for (Step step : schedule) {
      step.take(world);
      assertThat(world.said()).isEqualTo(world.expected());
    }
    assertThat(world.events()).isEqualTo(TrackerModel.events(windows, world.history, world.start));
  }

  @Provide
  Arbitrary<Windows> windows() {
    return Arbitraries.frequency(
        Tuple.of(6, new Windows(null, null)),
        Tuple.of(1, new Windows(null, 1200L)),
        Tuple.of(1, new Windows(300L, 300L)),
        Tuple.of(1, new Windows(1800L, 600L)),
        Tuple.of(1, new Windows(10_800L, 3600L)));
  }

  @Provide
  Arbitrary<List<Step>> schedules() {
    // Around the windows (5, 15 and 60 min), the lives below, the clock's tolerance and the skew.
    Arbitrary<Integer> seconds =
        Arbitraries.oneOf(
            Arbitraries.of(
                1, 10, 11, 37, 38, 75, 119, 120, 150, 239, 240, 299, 300, 301, 600, 900, 1200, 1800,
                3300, 3600),
            Arbitraries.of(4500, 5400, 7200, 10_800, 18_000, 21_300, 21_600),
            Arbitraries.integers().between(1, 22_000));
    Arbitrary<Integer> lives =
        Arbitraries.of(300, 600, 1200, 1201, 3600, 5399, 5400, 21_600, 23_704);
    Arbitrary<Step> wait = seconds.map(s -> world -> world.pass(s));
    Arbitrary<Step> hour = Arbitraries.of(1800, 3600, 3600, 3660).map(s -> world -> world.hour(s));
    Arbitrary<Step> half = Arbitraries.of(3600, 5400).map(longest -> world -> world.half(longest));
    Arbitrary<Step> jump =
        Arbitraries.oneOf(seconds, seconds.map(s -> -s))
            .map(s -> world -> world.clock.advanceBy(s));
    Arbitrary<Step> rotation =
        lives.flatMap(
            life ->
                Arbitraries.frequency(
                        Tuple.of(6, 0), Tuple.of(1, 1), Tuple.of(1, 2), Tuple.of(1, 3))
                    .map(form -> world -> world.rotate(life, form)));
    Arbitrary<Step> answers =
        Arbitraries.frequency(
                Tuple.of(4, Kind.SERVED),
                Tuple.of(2, Kind.NONE),
                Tuple.of(2, Kind.FAILED),
                Tuple.of(2, Kind.UNUSED),
                Tuple.of(1, Kind.NOT_APPLICABLE))
            .map(kind -> world -> world.mode(kind));
    Arbitrary<Step> offer = Arbitraries.of(true, false).map(o -> world -> world.offers = o);
    Arbitrary<Step> signal =
        Arbitraries.of(
                Optional.<Sign>empty(),
                Optional.of(new Sign(LossReason.PROFILE_NOT_FOUND, Confidence.HIGH)),
                Optional.of(new Sign(LossReason.PROFILE_WITHOUT_ROLE, Confidence.MEDIUM)),
                Optional.of(new Sign(LossReason.RENEWAL_OVERDUE, Confidence.HIGH)),
                Optional.of(new Sign(LossReason.PROFILE_ERROR, Confidence.LOW)),
                Optional.of(new Sign(LossReason.PROFILE_ERROR, Confidence.HIGH)))
            .map(sign -> world -> world.signal = sign.orElse(null));
    Arbitrary<Step> surer =
        Arbitraries.of(Confidence.values())
            .map(
                sure ->
                    world -> {
                      world.signal = new Sign(LossReason.PROFILE_ERROR, sure);
                      world.poll();
                    });
    Arbitrary<Step> refused = Arbitraries.of(0, 30, 59).map(back -> world -> world.refused(back));
    Arbitrary<Step> issuer =
        Arbitraries.of(-600, 0, 600, 7200).map(s -> world -> world.issuerBehind = s);
    Arbitrary<Step> report =
        Arbitraries.oneOf(
                Arbitraries.of(0, 239, 240, -239, -240, 900),
                Arbitraries.integers().between(-900, 900))
            .map(s -> world -> world.report(s));
    // Of the newest set, of one before it, and rarely of an older one.
    Arbitrary<Integer> ages =
        Arbitraries.frequency(
            Tuple.of(8, 0), Tuple.of(2, 1), Tuple.of(1, 2), Tuple.of(1, 4), Tuple.of(1, 5));
    Arbitrary<Outcome> outcomes =
        Arbitraries.frequency(
            Tuple.of(4, Outcome.SUCCESS),
            Tuple.of(4, Outcome.DENIED),
            Tuple.of(4, Outcome.DENIED_EXPLICITLY),
            Tuple.of(1, Outcome.PERHAPS_DENIED),
            Tuple.of(2, Outcome.EXPIRED),
            Tuple.of(1, Outcome.INVALID),
            Tuple.of(1, Outcome.TRANSIENT));
    Arbitrary<Integer> skews = Arbitraries.of(0, 1, 5, 6, 239, 240, 245, 246, -240, 900);
    Arbitrary<Step> call =
        Combinators.combine(
                ages,
                Arbitraries.of("a", "b", "c", "STS:GetCallerIdentity"),
                outcomes,
                skews.injectNull(0.7))
            .as((age, action, outcome, skew) -> world -> world.call(age, action, outcome, skew));
    Arbitrary<Step> work =
        outcomes.map(
            outcome ->
                world -> {
                  world.call(0, "a", outcome, null);
                  world.call(0, "b", outcome, null);
                });
    return Arbitraries.frequencyOf(
            Tuple.of(5, wait),
            Tuple.of(5, hour),
            Tuple.of(1, jump),
            Tuple.of(4, rotation),
            Tuple.of(3, answers),
            Tuple.of(1, signal),
            Tuple.of(1, report),
            Tuple.of(1, offer),
            Tuple.of(1, half),
            Tuple.of(1, surer),
            Tuple.of(1, issuer),
            Tuple.of(1, refused),
            Tuple.of(1, Arbitraries.just(World::strangers)),
            Tuple.of(1, Arbitraries.just(World::inTurn)),
            Tuple.of(2, call),
            Tuple.of(2, work),
            Tuple.of(6, Arbitraries.just(World::poll)))
        .list()
        .ofMinSize(5)
        .ofMaxSize(30);
  }

  /** The wall clock and the even one; the former can be set apart. */
  private static final class Clocks {
    private final MutableClock wall = MutableClock.at(Sets.NOON);
    private long even;

    void pass(long seconds) {
      even += seconds;
      advanceBy(seconds);
    }

    void advanceBy(long seconds) {
      wall.set(wall.instant().plusSeconds(seconds));
    }

    long now() {
      return wall.instant().getEpochSecond() - EPOCH;
    }
  }

  /** A source that can be told how to behave, the tracker that watches it, and what happened. */
  private static final class World {
    final Clocks clock = new Clocks();
    final Happening start = happening(Kind.NONE);
    final List<Happening> history = new ArrayList<>();
    final List<CredentialEvent> told = new ArrayList<>();
    final Windows windows;
    final CredentialTracker tracker;
    @Nullable Served set;
    Kind mode = Kind.SERVED;
    @Nullable Served before;
    @Nullable Sign signal;
    boolean offers;
    int issuerBehind;
    int sets;

    World(Windows windows) {
      this.windows = windows;
      tracker =
          CredentialTracker.builder(this::observe)
              .clock(clock.wall, () -> Duration.ofSeconds(clock.even).toNanos())
              .windows(
                  new ExpiryWindows(
                      Optional.ofNullable(windows.advisory()).map(Duration::ofSeconds),
                      Optional.ofNullable(windows.overdue()).map(Duration::ofSeconds)))
              .listenerExecutor(Runnable::run)
              .listener(told::add)
              .build();
    }

    void pass(long seconds) {
      clock.pass(seconds);
    }

    /** A regular hour of a healthy instance: time, a rotation, a look. */
    void hour(long seconds) {
      clock.pass(seconds);
      rotate(21_600, 0);
      poll();
    }

    /** Hours of half-hourly rotations after a longer one, and a pause of an hour. */
    void half(long longest) {
      mode(Kind.SERVED);
      hour(1800);
      hour(longest);
      for (int i = 0; i < 5; i++) {
        hour(1800);
      }
      pass(3660);
      poll();
    }

    /** A set whose end only a service tells; the clock is set back then, or the source fails. */
    void refused(int back) {
      mode(Kind.SERVED);
      rotate(3600, 2);
      poll();
      call(0, "a", Outcome.EXPIRED, null);
      poll();
      clock.advanceBy(-back);
      if (back == 0) {
        mode(Kind.FAILED);
        poll();
      }
    }

    /** Calls of so many other sessions that no more are remembered. */
    void strangers() {
      for (int i = 0; i < 4; i++) {
        call("OTHER-" + i, "a", Outcome.SUCCESS, null);
      }
    }

    /** Two sets of two accounts, used in turn. */
    void inTurn() {
      for (int i = 0; i < 6 && before != null; i++) {
        Served other = before;
        before = set;
        set = other;
        pass(60);
        poll();
      }
    }

    void mode(Kind next) {
      mode = next;
    }

    void rotate(long life, int form) {
      long now = clock.now() - issuerBehind;
      before = set;
      set =
          new Served(
              "KEY-" + sets++,
              form == 3 ? "other-role" : "web-role",
              form == 1 || form == 2 ? null : now,
              form == 2 ? null : now + life);
    }

    void poll() {
      history.add(happening(answerKind()));
      tracker.poll();
    }

    void report(long ahead) {
      history.add(
          new Happening(
              clock.now(), clock.even, Kind.DATE_REPORTED, null, null, clock.now() + ahead, null));
      tracker.reportAnswerDate(clock.wall.instant().plusSeconds(ahead));
    }

    void call(int age, String action, Outcome outcome, @Nullable Integer ahead) {
      call("KEY-" + (sets - 1 - age), action, outcome, ahead);
    }

    void call(String key, String action, Outcome outcome, @Nullable Integer ahead) {
      Long skew = ahead == null ? null : Long.valueOf(ahead);
      Call call = new Call(key, action, outcome, skew);
      history.add(new Happening(clock.now(), clock.even, Kind.CALLED, null, null, 0, call));
      tracker.report(
          new CallReport(
              call.key(),
              action,
              failure(outcome),
              Optional.ofNullable(skew).map(Duration::ofSeconds)));
    }

    private static Optional<AwsFailure> failure(Outcome outcome) {
      return switch (outcome) {
        case SUCCESS -> Optional.empty();
        case DENIED -> failure("AccessDenied", 403, "");
        case DENIED_EXPLICITLY ->
            failure("AccessDenied", 403, "with an explicit deny in an identity-based policy");
        case PERHAPS_DENIED -> failure("", 403, "");
        case EXPIRED -> failure("ExpiredToken", 400, "");
        case INVALID -> failure("InvalidToken", 400, "");
        case TRANSIENT -> failure("SlowDown", 503, "");
      };
    }

    private static Optional<AwsFailure> failure(String code, int status, String text) {
      return Optional.of(
          new AwsFailure(
              "S3", "", code, status, text, Optional.empty(), Optional.empty(), Optional.empty()));
    }

    private Kind answerKind() {
      return mode == Kind.SERVED && set == null ? Kind.NONE : mode;
    }

    private Happening happening(Kind kind) {
      boolean signals = kind == Kind.SERVED || kind == Kind.NONE || kind == Kind.UNUSED;
      boolean shows = kind == Kind.SERVED || (kind == Kind.UNUSED && offers);
      return new Happening(
          clock.now(), clock.even, kind, shows ? set : null, signals ? signal : null, 0, null);
    }

    private CredentialObservation observe() {
      return switch (answerKind()) {
        case SERVED -> signalled(CredentialObservation.of(metadata(set)));
        case NONE -> signalled(CredentialObservation.none());
        case UNUSED ->
            signalled(
                offers && set != null
                    ? CredentialObservation.unused(metadata(set))
                    : CredentialObservation.unused());
        case NOT_APPLICABLE -> CredentialObservation.notApplicable("a laptop");
        case FAILED, DATE_REPORTED, CALLED -> throw new IllegalStateException("time-out");
      };
    }

    private CredentialObservation signalled(CredentialObservation plain) {
      return signal == null
          ? plain
          : plain.withSignal(
              new LossSignal(signal.reason(), signal.sure(), "seen", Optional.empty()));
    }

    private static CredentialMetadata metadata(Served set) {
      return new CredentialMetadata(
          Optional.ofNullable(set.role()),
          set.key(),
          Optional.ofNullable(set.issued()).map(s -> Instant.ofEpochSecond(EPOCH + s)),
          Optional.ofNullable(set.expires()).map(s -> Instant.ofEpochSecond(EPOCH + s)));
    }

    Verdict expected() {
      return TrackerModel.judge(windows, history, start, clock.now());
    }

    List<Event> events() {
      return told.stream()
          .map(event -> new Event(event.type(), said(event.previous()), said(event.current())))
          .toList();
    }

    Verdict said() {
      return said(tracker.snapshot());
    }

    private static Verdict said(CredentialSnapshot seen) {
      boolean failing = seen.flags().contains(CredentialFlag.SOURCE_FAILING);
      EnumSet<CredentialFlag> flags = EnumSet.noneOf(CredentialFlag.class);
      flags.addAll(seen.flags());
      return new Verdict(
          seen.state(),
          flags,
          seen.generation(),
          seen.credentials().map(CredentialMetadata::accessKeyId).orElse(null),
          seen.credentials().flatMap(CredentialMetadata::roleName).orElse(null),
          failing ? seen.lastFailure().orElseThrow().consecutive() : 0,
          seen.clock().skew().map(Duration::toSeconds).orElse(null),
          seen.clock().jumps(),
          seen.forecast()
              .map(
                  loss ->
                      new Loss(
                          loss.reason(),
                          loss.confidence(),
                          loss.earliest().getEpochSecond() - EPOCH,
                          loss.latest().map(at -> at.getEpochSecond() - EPOCH).orElse(null),
                          loss.foreseenAt().getEpochSecond() - EPOCH))
              .orElse(null),
          seen.cause().map(why -> new Why(why.reason(), why.confidence())).orElse(null));
    }
  }
}
