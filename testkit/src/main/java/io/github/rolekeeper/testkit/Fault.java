package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that goes wrong between a client and the account, and to which requests it happens.
 * Hand it to {@link SimulatedAccount#inject}. Without further words it happens to every request:
 *
 * <pre>{@code
 * account.inject(Fault.throttled().on("AssociateIamInstanceProfile").times(2));
 * account.inject(Fault.lostAnswer().on("ec2:Replace*").atCalls(1));
 * account.inject(Fault.noAnswer().on("PUT /latest/api/token")); // as beyond the hop limit
 * }</pre>
 *
 * <p>Immutable and thread-safe; each injection counts for itself.
 */
public final class Fault {
  /** What goes wrong. */
  public enum Kind {
    /** The service's own throttling error, before any effect. */
    THROTTLED,
    /** The service's own internal error (HTTP 500), before any effect. */
    INTERNAL_ERROR,
    /** A 503 with an HTML page, as from a load balancer, before any effect. */
    UNAVAILABLE,
    /** IAM's {@code ConcurrentModification} (HTTP 409), before any effect. */
    CONCURRENT_MODIFICATION,
    /** An error with a status, a code and a text of the test's choice, before any effect. */
    ERROR,
    /**
     * The connection is refused. All instances share one port, so over a socket it is accepted and
     * reset before the first byte; the in-process client throws a {@code ConnectException}.
     */
    REFUSED,
    /** The connection is reset before any effect. */
    CONNECTION_RESET,
    /** Nothing is done and nothing answered; after a while the connection is reset. */
    NO_ANSWER,
    /** The request takes effect; then the connection is reset instead of an answer. */
    LOST_ANSWER,
    /** The request takes effect; the answer comes late, in real time. */
    SLOW,
    /** The request takes effect; the answer comes in small pieces, in real time. */
    DRIPPED,
    /** The request takes effect; half of the answer's body is missing. */
    TRUNCATED,
    /** The request takes effect; the answer's body is not what its type says. */
    GARBLED,
    /** The request takes effect; the answer's body is blown up with white space. */
    OVERSIZE,
    /** The request takes effect; the answer names another content type. */
    CONTENT_TYPE,
    /** The request takes effect; the answer lacks a header. */
    WITHOUT_HEADER,
    /**
     * The request takes effect; the answer is of HTTP/1.0, without its length, and ends with the
     * connection. The in-process client gets it as ever.
     */
    HTTP_1_0,
    /** A redirect (HTTP 302, or another 3xx) instead of the answer, before any effect. */
    REDIRECT,
    /**
     * The request takes effect; a role or profile that it creates bears its unique id in place of
     * its ARN for a while, as others saw it (hashicorp/terraform-provider-aws#22018).
     */
    ID_FOR_ARN,
    /**
     * A page of a listing is empty, and its token leads to the entries that it left out, as others
     * saw it where filters are applied to a page that is cut already (seek-oss/aec PR#405). What
     * lists nothing in pages is answered as ever.
     */
    EMPTY_PAGE,
    /** Somebody else does something just before the request, which itself is answered as ever. */
    ANOTHER_ACTOR;

    private static final Set<Kind> BEFORE_EFFECT =
        EnumSet.of(
            THROTTLED,
            INTERNAL_ERROR,
            UNAVAILABLE,
            CONCURRENT_MODIFICATION,
            ERROR,
            REFUSED,
            CONNECTION_RESET,
            NO_ANSWER,
            REDIRECT);

    /** Whether the request has no effect. */
    boolean precedesEffect() {
      return BEFORE_EFFECT.contains(this);
    }
  }

  // Longer than any sensible client waits, short enough for a forgotten one not to hang a build.
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private final Kind kind;
  private final int status;
  private final String detail;
  private final String text;
  private final Duration duration;
  private final Runnable act;
  private final Set<String> operations;
  private final String instance;
  private final Supplier<Schedule> schedule;
  private final FaultWindow window;

  private Fault(
      Kind kind,
      int status,
      String detail,
      String text,
      Duration duration,
      Runnable act,
      Set<String> operations,
      String instance,
      Supplier<Schedule> schedule,
      FaultWindow window) {
    this.kind = kind;
    this.status = status;
    this.detail = detail;
    this.text = text;
    this.duration = duration;
    this.act = act;
    this.operations = operations;
    this.instance = instance;
    this.schedule = schedule;
    this.window = window;
  }

  private static Fault of(Kind kind, int status, String detail, String text, Duration duration) {
    return new Fault(
        kind,
        status,
        detail,
        text,
        duration,
        () -> {},
        Set.of(),
        "",
        () -> call -> true,
        FaultWindow.ALWAYS);
  }

  private static Fault of(Kind kind) {
    return of(kind, 0, "", "", Duration.ZERO);
  }

  /**
   * {@link Kind#THROTTLED}: {@code Throttling}, EC2's {@code RequestLimitExceeded}, S3's {@code
   * SlowDown}; 429 from the metadata service.
   *
   * @return the fault
   */
  public static Fault throttled() {
    return of(Kind.THROTTLED);
  }

  /**
   * {@link Kind#INTERNAL_ERROR}.
   *
   * @return the fault
   */
  public static Fault internalError() {
    return of(Kind.INTERNAL_ERROR);
  }

  /**
   * {@link Kind#UNAVAILABLE}.
   *
   * @return the fault
   */
  public static Fault unavailable() {
    return of(Kind.UNAVAILABLE);
  }

  /**
   * {@link Kind#CONCURRENT_MODIFICATION}.
   *
   * @return the fault
   */
  public static Fault concurrentModification() {
    return of(Kind.CONCURRENT_MODIFICATION);
  }

  /**
   * {@link Kind#ERROR} of an API.
   *
   * @param status the HTTP status, 400 to 599
   * @param code the error code
   * @param message the text
   * @return the fault
   * @throws IllegalArgumentException if the status is no error
   */
  public static Fault error(int status, String code, String message) {
    return of(
        Kind.ERROR,
        errorStatus(status),
        Objects.requireNonNull(code, "code"),
        Objects.requireNonNull(message, "message"),
        Duration.ZERO);
  }

  /**
   * {@link Kind#ERROR} of the metadata service, with its usual page; of an API, with the status as
   * its code.
   *
   * @param status the HTTP status, 400 to 599
   * @return the fault
   * @throws IllegalArgumentException if the status is no error
   */
  public static Fault status(int status) {
    return error(status, String.valueOf(status), "injected");
  }

  private static int errorStatus(int status) {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("status " + status + " is no error: pass 400 to 599");
    }
    return status;
  }

  /**
   * {@link Kind#REFUSED}.
   *
   * @return the fault
   */
  public static Fault refused() {
    return of(Kind.REFUSED);
  }

  /**
   * {@link Kind#CONNECTION_RESET}.
   *
   * @return the fault
   */
  public static Fault connectionReset() {
    return of(Kind.CONNECTION_RESET);
  }

  /**
   * {@link Kind#NO_ANSWER}: silence for two minutes of real time. The in-process client throws a
   * {@code SocketTimeoutException} at once.
   *
   * @return the fault
   */
  public static Fault noAnswer() {
    return of(Kind.NO_ANSWER, 0, "", "", SILENCE);
  }

  /**
   * {@link Kind#LOST_ANSWER}.
   *
   * @return the fault
   */
  public static Fault lostAnswer() {
    return of(Kind.LOST_ANSWER);
  }

  /**
   * {@link Kind#SLOW}. The in-process client does not wait.
   *
   * @param delay how late the answer is, in real time
   * @return the fault
   */
  public static Fault slow(Duration delay) {
    return of(Kind.SLOW, 0, "", "", positive(delay));
  }

  /**
   * {@link Kind#DRIPPED}. The in-process client does not wait.
   *
   * @param total over how much real time the body comes
   * @return the fault
   */
  public static Fault dripped(Duration total) {
    return of(Kind.DRIPPED, 0, "", "", positive(total));
  }

  private static Duration positive(Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("duration " + duration + " must be more than zero");
    }
    return duration;
  }

  /**
   * {@link Kind#TRUNCATED}.
   *
   * @return the fault
   */
  public static Fault truncated() {
    return of(Kind.TRUNCATED);
  }

  /**
   * {@link Kind#GARBLED}: a body that is neither XML nor JSON nor what was asked for.
   *
   * @return the fault
   */
  public static Fault garbled() {
    return of(Kind.GARBLED);
  }

  /**
   * {@link Kind#OVERSIZE}.
   *
   * @param bytes how many bytes are added to the body, up to 16 MiB
   * @return the fault
   * @throws IllegalArgumentException if it is not from 1 to 16,777,216
   */
  public static Fault oversize(int bytes) {
    if (bytes < 1 || bytes > 1 << 24) {
      throw new IllegalArgumentException(bytes + " bytes: pass 1 to " + (1 << 24));
    }
    return of(Kind.OVERSIZE, bytes, "", "", Duration.ZERO);
  }

  /**
   * {@link Kind#CONTENT_TYPE}.
   *
   * @param value the header's value
   * @return the fault
   */
  public static Fault contentType(String value) {
    return of(Kind.CONTENT_TYPE, 0, Objects.requireNonNull(value, "value"), "", Duration.ZERO);
  }

  /**
   * {@link Kind#WITHOUT_HEADER}, such as the one with a metadata token's remaining time.
   *
   * @param name the header's name, in any case
   * @return the fault
   * @throws IllegalArgumentException for {@code Content-Length}, without which HTTP/1.1 sends
   *     another: {@link #http10()} has none
   */
  public static Fault withoutHeader(String name) {
    if (name.equalsIgnoreCase("Content-Length")) {
      throw new IllegalArgumentException(
          "an answer of HTTP/1.1 has a length or says how it does without: use HTTP_1_0, which"
              + " has none");
    }
    return of(Kind.WITHOUT_HEADER, 0, Objects.requireNonNull(name, "name"), "", Duration.ZERO);
  }

  /**
   * {@link Kind#HTTP_1_0}, as some metadata services answer.
   *
   * @return the fault
   */
  public static Fault http10() {
    return of(Kind.HTTP_1_0);
  }

  /**
   * {@link Kind#REDIRECT} with status 302.
   *
   * @param location where to
   * @return the fault
   */
  public static Fault redirect(String location) {
    return redirect(302, location);
  }

  /**
   * {@link Kind#REDIRECT} of another status than 302.
   *
   * @param status the HTTP status, 300 to 399
   * @param location where to
   * @return the fault
   * @throws IllegalArgumentException if the status is none of a redirect
   */
  public static Fault redirect(int status, String location) {
    if (status < 300 || status > 399) {
      throw new IllegalArgumentException("status " + status + " is no redirect: pass 300 to 399");
    }
    return of(
        Kind.REDIRECT, status, Objects.requireNonNull(location, "location"), "", Duration.ZERO);
  }

  /**
   * {@link Kind#ID_FOR_ARN}. Requests that create no role and no instance profile are answered as
   * ever.
   *
   * @param reads in how many answers, after that of the creation, the ARN is still the id
   * @return the fault
   * @throws IllegalArgumentException if it is negative
   */
  public static Fault idForArn(int reads) {
    if (reads < 0 || reads == Integer.MAX_VALUE) {
      throw new IllegalArgumentException("reads " + reads + " must be zero or more");
    }
    return of(Kind.ID_FOR_ARN, reads + 1, "", "", Duration.ZERO);
  }

  /**
   * {@link Kind#EMPTY_PAGE}.
   *
   * @return the fault
   */
  public static Fault emptyPage() {
    return of(Kind.EMPTY_PAGE);
  }

  /**
   * {@link Kind#ANOTHER_ACTOR}. The act runs on the thread that serves the request and may itself
   * use any client of the account; requests of its own do not set it off again. They cannot be told
   * from those of others, so while it acts no request sets it off or is counted by {@link
   * #atCalls}, whoever sends it; other faults and other actors are not held up by that. If it
   * throws, that is logged, and the request is answered all the same.
   *
   * @param act what the other one does
   * @return the fault
   */
  public static Fault anotherActor(Runnable act) {
    return new Fault(
        Kind.ANOTHER_ACTOR,
        0,
        "",
        "",
        Duration.ZERO,
        Objects.requireNonNull(act, "act"),
        Set.of(),
        "",
        () -> call -> true,
        FaultWindow.ALWAYS);
  }

  /**
   * Limits the fault to some operations.
   *
   * @param names names as the journal has them, with {@code *} for any text and, if wished, the
   *     service in front: {@code GetInstanceProfile}, {@code ec2:Describe*}, {@code imds:*}, {@code
   *     GET /latest/meta-data/iam/*}
   * @return a fault that happens to these only
   */
  public Fault on(String... names) {
    return new Fault(
        kind,
        status,
        detail,
        text,
        duration,
        act,
        Arrays.stream(names).collect(Collectors.toUnmodifiableSet()),
        instance,
        schedule,
        window);
  }

  /**
   * Limits the fault to the metadata service of one instance.
   *
   * @param instanceId the instance's id
   * @return a fault that happens to it only
   */
  public Fault forInstance(String instanceId) {
    return new Fault(
        kind,
        status,
        detail,
        text,
        duration,
        act,
        operations,
        Objects.requireNonNull(instanceId, "instanceId"),
        schedule,
        window);
  }

  /**
   * Limits the fault to the first requests that match and have no fault that was injected before.
   *
   * @param count how many; more than zero
   * @return a fault that happens that often
   * @throws IllegalArgumentException if the count is not positive
   */
  public Fault times(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("times " + count + " must be 1 or more");
    }
    return when(() -> Schedule.first(count));
  }

  /**
   * Limits the fault to certain requests among those that match; the others, and those that have a
   * fault that was injected before, are counted too.
   *
   * @param numbers which, counted from 1
   * @return a fault that happens to these only
   * @throws IllegalArgumentException if there is none, or one is less than 1
   */
  public Fault atCalls(int... numbers) {
    OptionalInt least = Arrays.stream(numbers).min();
    if (least.orElse(0) < 1) {
      throw new IllegalArgumentException(
          "calls " + Arrays.toString(numbers) + ": pass at least one number, counted from 1");
    }
    List<Integer> calls = Arrays.stream(numbers).boxed().toList();
    int last = Arrays.stream(numbers).max().orElseThrow();
    return when(() -> Schedule.until(last, calls::contains));
  }

  /**
   * Lets chance decide, the same in every run.
   *
   * @param probability for each request that matches, from 0 to 1
   * @param seed of the random numbers
   * @return a fault that happens now and then
   * @throws IllegalArgumentException if the probability is out of range
   */
  public Fault withProbability(double probability, long seed) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability " + probability + " is not from 0 to 1");
    }
    return when(
        () -> {
          var random = new Random(seed);
          return call -> random.nextDouble() < probability;
        });
  }

  private Fault when(Supplier<Schedule> other) {
    return new Fault(
        kind, status, detail, text, duration, act, operations, instance, other, window);
  }

  /**
   * Limits the fault to a time. Requests at other times are not counted by {@link #times(int)} and
   * the like.
   *
   * @param from the first instant at which it can happen, by the account's clock
   * @param until the first at which it cannot any more
   * @return another fault
   * @throws IllegalArgumentException if the end is not after the beginning
   */
  public Fault between(Instant from, Instant until) {
    if (!until.isAfter(from)) {
      throw new IllegalArgumentException("the end " + until + " must be after the begin " + from);
    }
    return within(new FaultWindow(from, until, null));
  }

  /**
   * Limits the fault to a while from its injection on, by the account's clock. Requests after that
   * are not counted.
   *
   * @param length more than zero
   * @return another fault
   * @throws IllegalArgumentException if it is not
   */
  public Fault during(Duration length) {
    return within(new FaultWindow(Instant.MIN, Instant.MAX, positive(length)));
  }

  private Fault within(FaultWindow other) {
    return new Fault(
        kind, status, detail, text, duration, act, operations, instance, schedule, other);
  }

  /**
   * What goes wrong.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  int status() {
    return status;
  }

  /** An error's code, a content type, a header's name or a location. */
  String detail() {
    return detail;
  }

  String text() {
    return text;
  }

  Duration duration() {
    return duration;
  }

  void act() {
    act.run();
  }

  FaultWindow window() {
    return window;
  }

  Schedule schedule() {
    return schedule.get();
  }

  boolean matches(String service, String operation, @Nullable String instanceId) {
    return (instance.isEmpty() || instance.equals(instanceId))
        && (operations.isEmpty()
            || operations.stream()
                .anyMatch(
                    name ->
                        Wildcards.match(name, operation)
                            || Wildcards.match(name, service + ":" + operation)));
  }

  @Override
  public String toString() {
    return "Fault[" + kind + (operations.isEmpty() ? "" : " on " + operations) + "]";
  }

  /** Decides for the first, second, … matching request. May keep a state of its own. */
  @FunctionalInterface
  interface Schedule {
    boolean happensAt(int call);

    /** Whether it decides against all requests after this one. */
    default boolean isOverAfter(int call) {
      return false;
    }

    /** Whether a request to which another fault happens does not count. */
    default boolean waits() {
      return false;
    }

    static Schedule first(int count) {
      return new Schedule() {
        @Override
        public boolean happensAt(int call) {
          return call <= count;
        }

        @Override
        public boolean isOverAfter(int call) {
          return call >= count;
        }

        @Override
        public boolean waits() {
          return true;
        }
      };
    }

    static Schedule until(int last, IntPredicate happens) {
      return new Schedule() {
        @Override
        public boolean happensAt(int call) {
          return call <= last && happens.test(call);
        }

        @Override
        public boolean isOverAfter(int call) {
          return call >= last;
        }
      };
    }
  }
}
