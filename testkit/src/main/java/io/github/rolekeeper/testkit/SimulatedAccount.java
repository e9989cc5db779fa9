package io.github.rolekeeper.testkit;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An AWS account that lives in this process and speaks the wire on one loopback port: IAM, EC2,
 * STS, S3 {@code ListBuckets}, and a metadata service for each instance. Any client that lets its
 * endpoint be set can use it. Time stands still until {@link #clock()} is moved.
 *
 * <p>Keys that are no session's (anything that does not begin with {@code ASIA}) count as the
 * account's administrator; signatures are not verified.
 *
 * <p>Thread-safe. Close it to free the port.
 */
public final class SimulatedAccount implements AutoCloseable {
  static final String EC2_TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow",\
      "Principal":{"Service":"ec2.amazonaws.com"}}]}""";
  static final String ADMINISTRATOR =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";

  /** Names below {@code invalid} are nobody's (RFC 6761). */
  private static final URI NOWHERE = URI.create("http://simulated-account.invalid");

  private final MutableClock clock;
  private final World world;
  private final Journal journal;
  private final Faults faults = new Faults();
  private final Front front;
  private final URI endpoint;
  private final MetadataPorts ports;
  private final @Nullable WireServer server;

  private SimulatedAccount(
      Builder builder, @Nullable URI reachedAt, @Nullable MetadataPorts portsOfTheServer) {
    clock = builder.clock;
    world = new World(builder.settings, clock);
    journal = new Journal(builder.settings);
    front = new Front(world, journal, faults);
    if (builder.seed != null) {
      builder.seed.restore(world, clock);
    }
    ports = portsOfTheServer == null ? new MetadataPorts(front, "127.0.0.1") : portsOfTheServer;
    server = reachedAt == null && builder.port ? new WireServer(front) : null;
    if (server != null) {
      endpoint = server.endpoint();
    } else {
      endpoint = reachedAt == null ? NOWHERE : reachedAt;
    }
  }

  /**
   * An account whose clock starts at the real time.
   *
   * @return the account, listening
   */
  public static SimulatedAccount create() {
    return builder().build();
  }

  /**
   * An account on a clock of the caller's.
   *
   * @param clock what the account reads the time from
   * @return the account, listening
   */
  public static SimulatedAccount create(MutableClock clock) {
    return builder().clock(clock).build();
  }

  /**
   * For everything that has a default.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Where all AWS APIs of the account answer: the endpoint to set in a client.
   *
   * @return an address on loopback; one at which nobody is for an account {@linkplain
   *     Builder#withoutPort() without a port}
   */
  public URI endpoint() {
    return endpoint;
  }

  /**
   * The account's time.
   *
   * @return the clock to move
   */
  public MutableClock clock() {
    return clock;
  }

  /**
   * Changes how long something takes in the account, from now on.
   *
   * @param timing what
   * @param value how long
   * @throws IllegalArgumentException if the value is negative, less than a second where time must
   *     pass, or more than a century
   */
  public void timing(Timing timing, Duration value) {
    synchronized (world) {
      world.tick();
      world.settle();
      world.settings.timing(timing, Objects.requireNonNull(value, "value"));
    }
  }

  /**
   * The account's id.
   *
   * @return twelve digits
   */
  public String accountId() {
    return world.accountId();
  }

  /**
   * The Region of the account's instances.
   *
   * @return such as {@code us-east-1}
   */
  public String region() {
    return world.region();
  }

  /**
   * The certificate for {@code signature} and {@code rsa2048} of the instances' identity documents.
   * It is the simulator's own, the same in every account, and AWS has not signed it.
   *
   * @return the certificate, of an RSA key
   */
  public X509Certificate identityCertificate() {
    return IdentityKey.rsa().certificate();
  }

  /**
   * The certificate for {@code pkcs7} of the instances' identity documents; the simulator's own,
   * too.
   *
   * @return the certificate, of a DSA key
   */
  public X509Certificate identityDsaCertificate() {
    return IdentityKey.dsa().certificate();
  }

  /**
   * Makes an instance profile that holds a role. A role of that name that does not exist yet is
   * made too, trusted by EC2 and allowed everything. For finer control use a client of IAM.
   *
   * @param profileName the profile's name
   * @param roleName the role's name
   * @throws IllegalStateException if the profile exists already
   */
  public void createInstanceProfile(String profileName, String roleName) {
    act(
        () -> {
          if (!world.hasRole(roleName)) {
            world
                .createRole(roleName, "/", EC2_TRUST)
                .inlinePolicies
                .put("administrator", ADMINISTRATOR);
          }
          world.createProfile(profileName, "/");
          world.addRole(profileName, roleName);
        });
  }

  /**
   * Does what breaks an instance without its noticing: takes the role out of a profile and deletes
   * the profile.
   *
   * @param profileName the profile's name
   * @throws IllegalStateException if there is no such profile
   */
  public void deleteInstanceProfile(String profileName) {
    act(
        () -> {
          Role role = world.profile(profileName).role;
          if (role != null) {
            world.removeRole(profileName, role.name);
          }
          world.deleteProfile(profileName);
        });
  }

  /**
   * Launches an instance with an instance profile. Its metadata can be read with a token and, as in
   * the field record, without one ({@code HttpTokens=optional}).
   *
   * @param profileName the profile's name
   * @return the running instance
   * @throws IllegalStateException if there is no such profile
   */
  public SimulatedInstance launchInstance(String profileName) {
    return launchInstance(profileName, InstanceOptions.of());
  }

  /**
   * Launches an instance of a certain kind with an instance profile.
   *
   * @param profileName the profile's name
   * @param options what the instance is like
   * @return the instance
   * @throws IllegalStateException if there is no such profile
   */
  public SimulatedInstance launchInstance(String profileName, InstanceOptions options) {
    var launched = new Instance[1];
    act(
        () ->
            launched[0] =
                world.launch(options, world.ids.reservation(), world.profile(profileName)));
    return new SimulatedInstance(world, launched[0].id, endpoint(), ports);
  }

  /**
   * Launches an instance without an instance profile.
   *
   * @param options what the instance is like
   * @return the instance
   */
  public SimulatedInstance launchInstance(InstanceOptions options) {
    var launched = new Instance[1];
    act(() -> launched[0] = world.launch(options, world.ids.reservation(), null));
    return new SimulatedInstance(world, launched[0].id, endpoint(), ports);
  }

  /**
   * An instance that was launched by whatever means, the EC2 API included.
   *
   * @param id the instance's id
   * @return the instance
   * @throws IllegalStateException if there is no such instance
   */
  public SimulatedInstance instance(String id) {
    act(() -> world.instance(id));
    return new SimulatedInstance(world, id, endpoint(), ports);
  }

  /**
   * Answers a request as the account's port would, without a socket: for clients with a transport
   * of their own, such as {@link io.github.rolekeeper.testkit.awssdk.InProcessHttpClient}. An
   * injected fault that only delays an answer delays nothing here; one that withholds it is a
   * time-out at once.
   *
   * @param method such as {@code POST}
   * @param target path and query, percent-encoded
   * @param headers by name, in any case
   * @param body the request's body; empty if there is none
   * @return the answer
   * @throws IOException if a client at a socket would have seen no answer
   */
  public HttpAnswer exchange(String method, String target, Map<String, String> headers, byte[] body)
      throws IOException {
    var ignoringCase = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    ignoringCase.putAll(headers);
    WireResponse response = front.answer(method, target, ignoringCase::get, body);
    return switch (response.transit()) {
      case WHOLE, LATE, DRIPPED, HTTP_1_0 ->
          new HttpAnswer(response.status(), response.headers(), response.body());
      case REFUSED -> throw new ConnectException("Connection refused");
      case RESET -> throw new SocketException("Connection reset");
      case SILENCE -> throw new SocketTimeoutException("Read timed out");
    };
  }

  /**
   * Every request that has reached the account over the wire, the metadata services included.
   *
   * @return the requests in the order of arrival; a copy
   * @throws IllegalStateException if the journal has dropped some, because there were more than its
   *     {@linkplain Builder#journalLimit limit}
   */
  public List<ApiCall> calls() {
    synchronized (world) {
      return wholeJournal();
    }
  }

  /**
   * What {@link #calls()} has, which is forgotten in the same step, so that a test that runs for
   * long can read it in slices and no request falls between two of them.
   *
   * @return the requests since the last slice, in the order of arrival
   * @throws IllegalStateException if the journal has dropped some, because there were more than its
   *     {@linkplain Builder#journalLimit limit}
   */
  public List<ApiCall> takeCalls() {
    synchronized (world) {
      List<ApiCall> taken = wholeJournal();
      journal.clear();
      return taken;
    }
  }

  private List<ApiCall> wholeJournal() {
    if (journal.dropped() > 0) {
      throw new IllegalStateException(
          "the journal is full and has dropped the "
              + journal.dropped()
              + " oldest requests: clearJournal() between the parts of the test, or raise"
              + " journalLimit(int) of the builder");
    }
    return journal.calls();
  }

  /** Forgets all requests so far, to look only at what comes from now on. */
  public void clearJournal() {
    synchronized (world) {
      journal.clear();
    }
  }

  /**
   * What changed the account over the wire: the operations that write and succeeded.
   *
   * @return names of operations, such as {@code CreateInstanceProfile}, in the order of arrival
   */
  public List<String> mutatingCalls() {
    return calls().stream()
        .filter(call -> call.write() && call.outcome().equals("OK"))
        .map(ApiCall::operation)
        .toList();
  }

  /**
   * Lets something go wrong from now on. Several faults may be injected; of those that are due for
   * a request the first injected one happens, and those of the others that happen so many
   * {@linkplain Fault#times times} wait for the next. None is used up by a request to a metadata
   * service that does not listen.
   *
   * @param fault what, and to which requests
   */
  public void inject(Fault fault) {
    faults.add(Objects.requireNonNull(fault, "fault"), clock.instant());
  }

  /**
   * All that the account holds, to be gone on from by another: the {@linkplain Builder#seed(String)
   * seed} of its builder. What is under way counts as done. Timings and rules are part of it, and
   * tokens of the metadata services stay valid; other settings, faults, the journal and
   * CloudTrail's history are not. It holds the sessions with their secrets, which open nothing but
   * simulated accounts.
   *
   * @return an object in JSON
   */
  public String snapshot() {
    synchronized (world) {
      return Snapshot.of(world).json();
    }
  }

  /** Takes all faults back. */
  public void clearFaults() {
    faults.clear();
  }

  /** Frees the ports. Requests that are under way may be cut off. */
  @Override
  public void close() {
    ports.close();
    if (server != null) {
      server.close();
    }
  }

  boolean has(String instanceId) {
    synchronized (world) {
      return world.find(instanceId).isPresent();
    }
  }

  World world() {
    return world;
  }

  Journal journal() {
    return journal;
  }

  Front front() {
    return front;
  }

  @Override
  public String toString() {
    return "SimulatedAccount[" + accountId() + " in " + region() + " at " + endpoint() + "]";
  }

  private void act(Runnable change) {
    synchronized (world) {
      try {
        world.tick();
        change.run();
      } catch (AwsError e) {
        throw new IllegalStateException(e.code() + ": " + e.text(), e);
      }
    }
  }

  /** Builds a {@link SimulatedAccount}. Not thread-safe. */
  public static final class Builder {
    private MutableClock clock = MutableClock.atRealTime();
    private final Settings settings = new Settings();
    private @Nullable Snapshot seed;
    private boolean port = true;

    private Builder() {}

    /**
     * What the account holds when it starts. A snapshot of {@link AccountServer} is one; one that
     * is written by hand may leave out all but the names: {@code
     * {"roles":[{"name":"web-role"}],"instanceProfiles":[{"name":"web","role":"web-role"}],
     * "instances":[{"profile":"web"}]}}.
     *
     * @param json an object; nothing by default
     * @return this builder
     * @throws IllegalArgumentException if it is no such object; the message says where and why
     */
    public Builder seed(String json) {
      seed = Snapshot.read(json);
      return this;
    }

    /**
     * The clock of the account and all in it.
     *
     * @param value by default one that starts at the real time
     * @return this builder
     */
    public Builder clock(MutableClock value) {
      clock = Objects.requireNonNull(value, "clock");
      return this;
    }

    /**
     * The account's id.
     *
     * @param value twelve digits; by default {@code 123456789012}
     * @return this builder
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder accountId(String value) {
      if (!value.matches("\\d{12}")) {
        throw new IllegalArgumentException(
            "account id '" + value + "' is not of twelve digits, as in 123456789012");
      }
      settings.accountId = value;
      return this;
    }

    /**
     * The Region of the account's instances, and with it the partition: {@code cn-north-1} makes an
     * account of {@code aws-cn}, {@code us-gov-west-1} one of {@code aws-us-gov}.
     *
     * @param value by default {@code us-east-1}
     * @return this builder
     * @throws IllegalArgumentException if it has not the form of a Region
     */
    public Builder region(String value) {
      if (!value.matches("[a-z]{2,4}(-[a-z]+)+-\\d")) {
        throw new IllegalArgumentException(
            "Region '" + value + "' has not the form of one, as in us-east-1");
      }
      settings.region = value;
      settings.partition = Partition.of(value);
      return this;
    }

    /**
     * How long the session credentials live that the metadata services deliver: {@link
     * Timing#SESSION_DURATION}. They are renewed hourly, or five minutes before they expire where
     * that is sooner.
     *
     * @param value by default six hours; a second or more
     * @return this builder
     * @throws IllegalArgumentException if it is less, or more than a century
     */
    public Builder sessionDuration(Duration value) {
      return timing(Timing.SESSION_DURATION, value);
    }

    /**
     * How long something takes in the account.
     *
     * @param timing what
     * @param value how long
     * @return this builder
     * @throws IllegalArgumentException if the value is negative, less than a second where time must
     *     pass, or more than a century
     */
    public Builder timing(Timing timing, Duration value) {
      settings.timing(timing, Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * How many requests the journal keeps.
     *
     * @param value by default 100,000; 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is less
     */
    public Builder journalLimit(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("journal limit " + value + " must be 1 or more");
      }
      settings.journalLimit = value;
      return this;
    }

    /**
     * Switches a rule off, to test against the other reading.
     *
     * @param rule what the account shall not follow
     * @return this builder
     */
    public Builder without(Rule rule) {
      settings.rules.remove(Objects.requireNonNull(rule, "rule"));
      return this;
    }

    /**
     * The most entries that a page of a listing holds, whatever the client asks for. IAM may return
     * fewer than asked for, even when there are more (IAM API reference), so whoever stops at the
     * first page loses entries.
     *
     * @param value at least one; by default no such limit
     * @return this builder
     * @throws IllegalArgumentException if it is less than one
     */
    public Builder pageLimit(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("page limit " + value + " must be one or more");
      }
      settings.pageLimit = value;
      return this;
    }

    /**
     * Refuses access keys that are of no session of the account, instead of taking them for the
     * administrator's. Sessions come from the metadata service of an instance or from {@code
     * AssumeRole}.
     *
     * @return this builder
     */
    public Builder strictCredentials() {
      settings.strictCredentials = true;
      return this;
    }

    /**
     * Refuses requests whose date is further from the account's clock than AWS allows: five
     * minutes, in S3 fifteen. Clients that use the real time, as those of the AWS SDK do, need an
     * account on a clock that shows about that.
     *
     * @return this builder
     */
    public Builder checkRequestDates() {
      settings.checkDates = true;
      return this;
    }

    /**
     * Opens no port and starts no threads: for tests with thousands of accounts that are talked to
     * in process only, through {@link SimulatedAccount#exchange} or the adapter for the AWS SDK.
     *
     * @return this builder
     */
    public Builder withoutPort() {
      port = false;
      return this;
    }

    /**
     * Starts the account.
     *
     * @return the account, listening unless it is {@linkplain #withoutPort() without a port}
     * @throws IllegalArgumentException if the {@linkplain #seed(String) seed} contradicts itself
     */
    public SimulatedAccount build() {
      return new SimulatedAccount(this, null, null);
    }

    /** An account behind ports that are somebody else's. */
    SimulatedAccount behind(URI endpoint, MetadataPorts ports) {
      return new SimulatedAccount(this, endpoint, ports);
    }
  }
}
