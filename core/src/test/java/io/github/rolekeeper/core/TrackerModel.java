package io.github.rolekeeper.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a tracker must say, as a plain function of the whole history and of now. Written from the
 * documentation; it shares only the enums with the tracker, counts in seconds, remembers nothing
 * and uses null for absence, so that no mistake is shared either.
 */
final class TrackerModel {
  private static final long MINUTE = 60;
  private static final Sign WITHDRAWN =
      new Sign(LossReason.CREDENTIALS_WITHDRAWN, Confidence.MEDIUM);

  private TrackerModel() {}

  enum Kind {
    SERVED,
    NONE,
    FAILED,
    NOT_APPLICABLE,
    UNUSED,
    DATE_REPORTED,
    CALLED
  }

  enum Outcome {
    SUCCESS,
    DENIED,
    DENIED_EXPLICITLY,
    PERHAPS_DENIED,
    EXPIRED,
    INVALID,
    TRANSIENT
  }

  /** A set of credentials; null where its source does not say. */
  record Served(String key, String role, Long issued, Long expires) {}

  /** A call of the application; the skew is null if its answer had no date. */
  record Call(String key, String action, Outcome outcome, Long skew) {}

  /** A sign of loss, as its source gives it. */
  record Sign(LossReason reason, Confidence sure) {}

  /** The advisory window is null if it is scaled to the lifetime, the other one by default. */
  record Windows(Long advisory, Long overdue) {
    long advisoryFor(long life) {
      if (advisory != null) {
        return advisory;
      }
      return life <= 20 * MINUTE ? 5 * MINUTE : life < 90 * MINUTE ? 15 * MINUTE : 60 * MINUTE;
    }

    /**
     * Five minutes are the promise of EC2, which tells when it issued a set; of a short life an
     * eighth, which may be no whole second.
     */
    double overdueFor(long life, boolean issueKnown) {
      double promise = life <= 20 * MINUTE ? life / 8.0 : 5 * MINUTE;
      double window = overdue != null ? overdue : issueKnown ? promise : MINUTE;
      return Math.min(window, advisoryFor(life));
    }
  }

  /**
   * Something that happened to the tracker.
   *
   * @param wall by the wall clock
   * @param even by the clock that nobody sets
   * @param set of SERVED, and of UNUSED if it is known what the next use would get; else null
   * @param signal of an answer, or null
   * @param awsTime of DATE_REPORTED, else 0
   * @param call of CALLED, else null
   */
  record Happening(
      long wall, long even, Kind kind, Served set, Sign signal, long awsTime, Call call) {
    boolean look() {
      return kind != Kind.DATE_REPORTED && kind != Kind.CALLED;
    }
  }

  /** A foretold loss; the latest time of it is null if the end is unknown. */
  record Loss(LossReason reason, Confidence sure, long earliest, Long latest, long foreseen) {}

  /** Why credentials were lost. */
  record Why(LossReason reason, Confidence sure) {}

  /** All that is compared. */
  record Verdict(
      CredentialState state,
      Set<CredentialFlag> flags,
      int generation,
      String key,
      String role,
      int failures,
      Long skew,
      int jumps,
      Loss loss,
      Why why) {}

  /** What is told of a change. */
  record Event(CredentialEventType type, Verdict before, Verdict after) {}

  /**
   * A look that told something, as it counts for what is known: an unused set that would be used
   * next is like a served one, unless one that was used lives.
   */
  private record Told(Happening look, boolean idle, boolean used, List<Session> sessions) {
    long wall() {
      return look.wall();
    }

    boolean served() {
      return !idle && look.set() != null;
    }

    boolean none() {
      return !idle && look.kind() == Kind.NONE;
    }

    Served set() {
      return look.set();
    }

    /** The end of a set as it was known then. */
    Long endOf(Served set) {
      return end(set, sessions);
    }
  }

  static Verdict judge(Windows windows, List<Happening> all, Happening start, long now) {
    return judged(windows, noted(all, start), start, now);
  }

  private static Verdict judged(
      Windows windows, List<Happening> history, Happening start, long now) {
    List<Told> told = told(history);
    List<Told> answers = told.stream().filter(t -> !t.idle()).toList();
    List<Told> sets = answers.stream().filter(Told::served).toList();
    Told answer = answers.isEmpty() ? null : answers.get(answers.size() - 1);
    Served held = sets.isEmpty() ? null : sets.get(sets.size() - 1).set();
    boolean failing = false;
    int failures = 0;
    boolean unused = false;
    int index = 0;
    Happening look = null;
    for (Happening h : history) {
      if (!h.look()) {
        continue;
      }
      look = h;
      boolean idle = h.kind() != Kind.FAILED && told.get(index++).idle();
      unused =
          h.kind() == Kind.UNUSED
              || (h.kind() == Kind.FAILED
                  && told.subList(0, index).stream().anyMatch(t -> t.served())
                  && !told.get(index - 1).used());
      if (!idle) {
        failing = h.kind() == Kind.FAILED;
        failures = failing ? failures + 1 : 0;
      }
    }
    Long skew = skew(history, start);
    boolean clockSuspect = skew != null && Math.abs(skew) >= 4 * MINUTE;
    Loss loss = null;
    Why why = null;
    CredentialState state;
    Set<CredentialFlag> flags = EnumSet.noneOf(CredentialFlag.class);
    if (failing) {
      flags.add(CredentialFlag.SOURCE_FAILING);
    }
    if (clockSuspect) {
      flags.add(CredentialFlag.CLOCK_SUSPECT);
    }
    if (unused) {
      flags.add(CredentialFlag.NOT_USED);
    }
    List<Session> sessions = past(history).sessions();
    Long ends = held == null ? null : end(held, sessions);
    long looked = look == null ? start.wall() : look.wall();
    double patience = patience(look, failing, answer, ends);
    if (now >= looked + patience || now < looked - patience) {
      flags.add(CredentialFlag.NOT_LOOKED);
    }
    if (answer == null) {
      state = CredentialState.UNKNOWN;
    } else if (answer.look().kind() == Kind.NOT_APPLICABLE) {
      state = CredentialState.NOT_APPLICABLE;
      flags.remove(CredentialFlag.NOT_USED);
    } else if (held == null) {
      state = CredentialState.MISSING;
      why = why(told);
    } else if (ends == null) {
      flags.add(CredentialFlag.EXPIRY_UNKNOWN);
      state = answer.served() ? CredentialState.VALID : CredentialState.MISSING;
      Sign threat = threat(told, told.size() - 1);
      if (state == CredentialState.MISSING) {
        why = why(told);
      } else if (threat != null) {
        long seen = since(told, threat.reason());
        loss = new Loss(threat.reason(), threat.sure(), seen, null, seen);
      }
    } else {
      long end = ends;
      long shown = Math.min(now, unused ? answer.wall() : look.wall());
      long begin = held.issued() != null ? held.issued() : firstSeen(sets);
      long life = end - begin;
      long advisory = windows.advisoryFor(life);
      if (held.issued() != null && life <= advisory) {
        flags.add(CredentialFlag.SHORT_LIVED);
      }
      Long rhythm = rhythm(sets);
      // By the later of issue and first sight, as two clocks tell them.
      long young = Math.max(begin, firstSeen(sets));
      boolean stopped = rhythm != null && answer.served() && answer.wall() >= young + 2 * rhythm;
      // A set that lives no longer than the window cannot be renewed so early.
      double window = windows.overdueFor(life, held.issued() != null);
      boolean learnt = held.expires() == null; // of which nobody promised anything
      double promised = learnt || (held.issued() != null && life <= window) ? end : end - window;
      boolean late = shown >= promised;
      if (now >= end && unused && shown < end) {
        state = CredentialState.UNKNOWN;
      } else if (now >= end) {
        state = answer.served() ? CredentialState.EXPIRED : CredentialState.MISSING;
        if (state == CredentialState.EXPIRED && answer.wall() >= end) {
          flags.add(CredentialFlag.SERVED_PAST_EXPIRY);
        }
        why = why(told);
        if (why == null && state == CredentialState.EXPIRED && learnt) {
          boolean seenServed = !failing && answer.wall() >= end;
          why =
              new Why(LossReason.RENEWAL_OVERDUE, seenServed ? Confidence.MEDIUM : Confidence.LOW);
        } else if (why == null && state == CredentialState.EXPIRED && (late || stopped)) {
          why =
              new Why(
                  LossReason.RENEWAL_OVERDUE,
                  failing || !late ? Confidence.LOW : Confidence.MEDIUM);
        }
      } else if (late || stopped) {
        state = CredentialState.RENEWAL_OVERDUE;
      } else if (now >= end - advisory) {
        state = CredentialState.EXPIRING;
      } else {
        state = CredentialState.VALID;
      }
      if (now < end) {
        Sign threat = threat(told, told.size() - 1);
        if (threat != null) {
          long seen = since(told, threat.reason());
          long latest =
              threat.reason() == LossReason.PROFILE_WITHOUT_ROLE
                  ? Math.max(end, seen + 60 * MINUTE + life)
                  : end;
          loss = new Loss(threat.reason(), threat.sure(), end, latest, seen);
        } else if (state == CredentialState.RENEWAL_OVERDUE) {
          double due = stopped ? Math.min(promised, young + 2 * rhythm) : promised;
          loss =
              new Loss(
                  LossReason.RENEWAL_OVERDUE,
                  failing || !late ? Confidence.LOW : Confidence.MEDIUM,
                  end,
                  end,
                  Math.max((long) Math.floor(due), firstSeen(sets)));
        }
        if (loss != null && clockSuspect) {
          loss =
              new Loss(
                  loss.reason(),
                  loss.sure(),
                  loss.earliest() - Math.max(skew, 0),
                  loss.latest() - Math.min(skew, 0),
                  loss.foreseen());
        }
      }
    }
    if (lives(state) && deniedActions(held.key(), sessions) >= 2) {
      flags.add(CredentialFlag.SUSPECTED_REVOKED);
    }
    int generation = 0;
    for (int i = 0; i < sets.size(); i++) {
      if (i == 0 || !sets.get(i).set().key().equals(sets.get(i - 1).set().key())) {
        generation++;
      }
    }
    return new Verdict(
        state,
        flags,
        generation,
        held == null ? null : held.key(),
        held == null ? null : held.role(),
        failures,
        skew,
        jumps(history, start),
        loss,
        why);
  }

  /** How far from the last look is too far: two minutes to ten. */
  private static double patience(Happening look, boolean failing, Told answer, Long end) {
    double patience = 2 * MINUTE;
    if (look != null && !failing && answer != null) {
      if (answer.look().kind() == Kind.NOT_APPLICABLE) {
        patience = 10 * MINUTE;
      } else if (end != null) {
        patience = Math.max(patience, Math.min(10 * MINUTE, (end - look.wall()) / 10.0));
      }
    }
    return patience;
  }

  private static boolean surer(Loss before, Loss after) {
    List<Confidence> rising = List.of(Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH);
    return rising.indexOf(after.sure()) > rising.indexOf(before.sure());
  }

  /** All events of a history, in their order. */
  static List<Event> events(Windows windows, List<Happening> all, Happening start) {
    List<Event> told = new ArrayList<>();
    List<Happening> history = noted(all, start);
    Verdict before = judged(windows, List.of(), start, start.wall());
    Served setBefore = null;
    Long endBefore = null;
    for (int i = 0; i < history.size(); i++) {
      List<Happening> until = history.subList(0, i + 1);
      Verdict after = judged(windows, until, start, history.get(i).wall());
      List<CredentialEventType> events = new ArrayList<>();
      Served set =
          told(until).stream()
              .filter(Told::served)
              .map(Told::set)
              .reduce((first, second) -> second)
              .orElse(null);
      Long end = set == null ? null : end(set, past(until).sessions());
      boolean lived = lives(before.state());
      boolean lives = lives(after.state());
      boolean died =
          after.state() == CredentialState.EXPIRED || after.state() == CredentialState.MISSING;
      boolean stateChanged = before.state() != after.state();
      if (after.jumps() > before.jumps()) {
        events.add(CredentialEventType.CLOCK_JUMPED);
      }
      if (raised(CredentialFlag.CLOCK_SUSPECT, before, after)) {
        events.add(CredentialEventType.CLOCK_SUSPECT);
      }
      if (raised(CredentialFlag.CLOCK_SUSPECT, after, before)) {
        events.add(CredentialEventType.CLOCK_CLEARED);
      }
      if (raised(CredentialFlag.SOURCE_FAILING, before, after)) {
        events.add(CredentialEventType.SOURCE_FAILING);
      }
      if (raised(CredentialFlag.SOURCE_FAILING, after, before)) {
        events.add(CredentialEventType.SOURCE_RECOVERED);
      }
      if (stateChanged && after.state() == CredentialState.NOT_APPLICABLE) {
        events.add(CredentialEventType.NOT_APPLICABLE);
      }
      if (setBefore == null && set != null) {
        events.add(CredentialEventType.OBTAINED);
      } else if (setBefore != null) {
        boolean longer =
            endBefore != null && end != null ? end > endBefore : !set.key().equals(setBefore.key());
        if (lived && lives && longer) {
          events.add(CredentialEventType.RENEWED);
        }
        if (!lived && lives) {
          events.add(CredentialEventType.RECOVERED);
        }
        if (setBefore.role() != null
            && set.role() != null
            && !setBefore.role().equals(set.role())) {
          events.add(CredentialEventType.ROLE_CHANGED);
        }
      }
      if (stateChanged && after.state() == CredentialState.EXPIRING) {
        events.add(CredentialEventType.EXPIRING);
      }
      if (stateChanged && after.state() == CredentialState.RENEWAL_OVERDUE) {
        events.add(CredentialEventType.RENEWAL_OVERDUE);
      }
      if ((lived && died && end != null)
          || (stateChanged && after.state() == CredentialState.EXPIRED)) {
        events.add(CredentialEventType.EXPIRED);
      }
      if (raised(CredentialFlag.SERVED_PAST_EXPIRY, before, after)) {
        events.add(CredentialEventType.SERVED_PAST_EXPIRY);
      }
      if (stateChanged && after.state() == CredentialState.MISSING) {
        events.add(CredentialEventType.LOST);
      }
      if (raised(CredentialFlag.SUSPECTED_REVOKED, before, after)) {
        events.add(CredentialEventType.REVOCATION_SUSPECTED);
      }
      if (raised(CredentialFlag.SUSPECTED_REVOKED, after, before) && !died) {
        events.add(CredentialEventType.REVOCATION_CLEARED);
      }
      LossReason was = before.loss() == null ? null : before.loss().reason();
      LossReason is = after.loss() == null ? null : after.loss().reason();
      if (was != null && was != is && !died) {
        events.add(CredentialEventType.FORECAST_WITHDRAWN);
      }
      if (is != null && (was != is || surer(before.loss(), after.loss()))) {
        events.add(CredentialEventType.FORECAST_RAISED);
      }
      for (CredentialEventType type : events) {
        told.add(new Event(type, before, after));
      }
      before = after;
      setBefore = set;
      endBefore = end;
    }
    return told;
  }

  private static boolean lives(CredentialState state) {
    return EnumSet.of(
            CredentialState.VALID, CredentialState.EXPIRING, CredentialState.RENEWAL_OVERDUE)
        .contains(state);
  }

  private static boolean raised(CredentialFlag flag, Verdict before, Verdict after) {
    return !before.flags().contains(flag) && after.flags().contains(flag);
  }

  /** Without the calls that told nothing new, which nobody takes note of. */
  private static List<Happening> noted(List<Happening> all, Happening start) {
    List<Happening> noted = new ArrayList<>();
    Past known = past(List.of());
    for (Happening h : all) {
      Past next = next(known, h);
      if (h.kind() == Kind.CALLED
          && next.sessions().equals(known.sessions())
          && (h.call().skew() == null || near(skew(noted, start), h.call().skew()))) {
        continue;
      }
      known = next;
      noted.add(h);
    }
    return noted;
  }

  /** Dates are whole seconds and answers take their time: five seconds are none. */
  private static boolean near(Long known, long measured) {
    return known != null && Math.abs(known - measured) <= 5;
  }

  private static Long skew(List<Happening> history, Happening start) {
    Long skew = null;
    Happening last = start;
    for (Happening h : history) {
      if (jumped(last, h)) {
        skew = null;
      }
      if (h.kind() == Kind.DATE_REPORTED) {
        skew = h.awsTime() - h.wall();
      }
      if (h.kind() == Kind.CALLED && h.call().skew() != null && !near(skew, h.call().skew())) {
        skew = h.call().skew();
      }
      last = h;
    }
    return skew;
  }

  private static int jumps(List<Happening> history, Happening start) {
    int jumps = 0;
    Happening last = start;
    for (Happening h : history) {
      jumps += jumped(last, h) ? 1 : 0;
      last = h;
    }
    return jumps;
  }

  private static boolean jumped(Happening last, Happening h) {
    return Math.abs((h.wall() - last.wall()) - (h.even() - last.even())) > 10;
  }

  /** What calls told of a session: actions that it performed and is denied now, its end. */
  private record Session(String key, Set<String> performed, Set<String> denied, Long expired) {}

  /** What calls told so far, the set that counts, and whether it was used. */
  private record Past(List<Session> sessions, Served held, boolean used) {
    /** Whether that look saw no use and changes nothing of the set that counts. */
    boolean staysAt(Happening h) {
      Long end = used ? end(held, sessions) : null;
      return h.kind() == Kind.UNUSED && (h.set() == null || (end != null && h.wall() < end));
    }
  }

  private static Past past(List<Happening> history) {
    Past past = new Past(List.of(), null, false);
    for (Happening h : history) {
      past = next(past, h);
    }
    return past;
  }

  private static Past next(Past past, Happening h) {
    if (h.kind() == Kind.CALLED) {
      return new Past(after(past.sessions(), past.held(), h), past.held(), past.used());
    }
    return h.set() == null || past.staysAt(h)
        ? past
        : new Past(past.sessions(), h.set(), h.kind() == Kind.SERVED);
  }

  /** Four sessions: the one that counts, if it called, and the last ones that began to tell. */
  private static List<Session> after(List<Session> known, Served held, Happening h) {
    Call call = h.call();
    Session before = new Session(call.key(), Set.of(), Set.of(), null);
    for (Session each : known) {
      before = each.key().equals(call.key()) ? each : before;
    }
    Set<String> performed = new HashSet<>(before.performed());
    Set<String> denied = new HashSet<>(before.denied());
    Long expired = before.expired();
    switch (call.outcome()) {
      case SUCCESS -> {
        performed.add(call.action());
        if (!call.action().equals("STS:GetCallerIdentity")) { // which needs no permission
          denied.clear();
        }
        expired = null;
      }
      case DENIED, DENIED_EXPLICITLY -> {
        if (performed.contains(call.action())) {
          denied.add(call.action());
        }
      }
      case EXPIRED -> {
        denied.clear();
        expired = expired == null ? (Long) h.wall() : expired;
      }
      case INVALID -> denied.clear();
      case PERHAPS_DENIED, TRANSIENT -> {}
    }
    Session after = new Session(call.key(), performed, denied, expired);
    List<Session> sessions = new ArrayList<>(known);
    int place = sessions.indexOf(before);
    if (place >= 0) {
      sessions.set(place, after);
    } else if (!after.equals(before)) {
      sessions.add(0, after);
      for (int i = 4; sessions.size() > 4; i--) {
        if (held == null || !sessions.get(i).key().equals(held.key())) {
          sessions.remove(i);
        }
      }
    }
    return sessions;
  }

  private static int deniedActions(String key, List<Session> sessions) {
    return sessions.stream()
        .filter(s -> s.key().equals(key))
        .mapToInt(s -> s.denied().size())
        .sum();
  }

  /** When a set ends: as its source says, else since when services say that it has expired. */
  private static Long end(Served set, List<Session> sessions) {
    if (set.expires() != null) {
      return set.expires();
    }
    return sessions.stream()
        .filter(s -> s.key().equals(set.key()))
        .findFirst()
        .map(Session::expired)
        .orElse(null);
  }

  private static List<Told> told(List<Happening> history) {
    List<Told> told = new ArrayList<>();
    Past past = past(List.of());
    for (Happening h : history) {
      boolean idle = past.staysAt(h);
      past = next(past, h);
      if (h.look() && h.kind() != Kind.FAILED) {
        told.add(new Told(h, idle, past.used(), past.sessions()));
      }
    }
    return told;
  }

  /** When the set that was served last began to be served. */
  private static long firstSeen(List<Told> sets) {
    int i = sets.size() - 1;
    while (i > 0 && sets.get(i - 1).set().key().equals(sets.get(i).set().key())) {
      i--;
    }
    return sets.get(i).wall();
  }

  /**
   * The longest of the last eight intervals between sets each of which ends later than all before
   * it, and came while the one before it lived; if there were three.
   */
  private static Long rhythm(List<Told> sets) {
    Deque<Long> intervals = new ArrayDeque<>();
    Told last = null;
    for (Told young : sets) {
      Long end = young.set().expires();
      if (end == null || (last != null && end <= last.set().expires())) {
        continue;
      }
      Told old = last;
      last = young;
      if (old == null || young.wall() >= old.set().expires()) {
        continue;
      }
      long interval =
          old.set().issued() != null && young.set().issued() != null
              ? young.set().issued() - old.set().issued()
              : young.wall() - old.wall();
      if (interval > 0) {
        intervals.addLast(interval);
        if (intervals.size() > 8) {
          intervals.removeFirst();
        }
      }
    }
    return intervals.size() < 3 ? null : intervals.stream().max(Long::compare).get();
  }

  /** Since when the last looks have shown that reason. */
  private static long since(List<Told> told, LossReason reason) {
    int first = told.size() - 1;
    while (first > 0
        && threat(told, first - 1) != null
        && threat(told, first - 1).reason() == reason) {
      first--;
    }
    return told.get(first).wall();
  }

  /**
   * Why there are no credentials: the last word of the source, which may have been said while they
   * lived. After their death silence takes nothing back, and "none" adds nothing to what was said.
   */
  private static Why why(List<Told> told) {
    boolean none = false;
    Sign said = null;
    for (int i = told.size() - 1; i >= 0 && said == null; i--) {
      if (answered(told, i).kind() == Kind.NOT_APPLICABLE) {
        break;
      }
      said = told.get(i).look().signal();
      if (alive(told, i)) {
        said = threat(told, i);
        break;
      }
      none |= told.get(i).none();
      if (told.get(i).served()
          && (held(told, i - 1) == null
              || !held(told, i - 1).key().equals(told.get(i).set().key()))) {
        break; // it came dead, so what was said before was said of another set
      }
    }
    if (said == null && none) {
      said = WITHDRAWN;
    }
    return said == null ? null : new Why(said.reason(), said.sure());
  }

  private static Served held(List<Told> told, int index) {
    return told.subList(0, index + 1).stream()
        .filter(Told::served)
        .map(Told::set)
        .reduce((first, second) -> second)
        .orElse(null);
  }

  /** The answer that stood at that look. */
  private static Happening answered(List<Told> told, int index) {
    return told.subList(0, index + 1).stream()
        .filter(t -> !t.idle())
        .map(Told::look)
        .reduce((first, second) -> second)
        .orElse(told.get(index).look());
  }

  private static boolean alive(List<Told> told, int index) {
    Served held = held(told, index);
    Long end = held == null ? null : told.get(index).endOf(held);
    boolean served = held != null && answered(told, index).set() != null;
    return end == null ? served : told.get(index).wall() < end;
  }

  /** Why the set held at that look would not be renewed, as that look showed it. */
  private static Sign threat(List<Told> told, int index) {
    Told look = told.get(index);
    if (!alive(told, index) || answered(told, index).kind() == Kind.NOT_APPLICABLE) {
      return null;
    }
    if (look.look().signal() != null) {
      return look.look().signal();
    }
    return look.none() ? WITHDRAWN : null;
  }
}
