package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.CredentialObservation;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A client of the EC2 instance metadata service: IMDSv2, unless the caller allows IMDSv1 by name.
 * It reads; it has no thread of its own but for {@link #async} and to resolve the name of a host,
 * uses no proxy and follows no redirect. What the service does not have is a value; that it does
 * not answer as it should is an {@link InstanceMetadataException}. Thread-safe; share one.
 */
public final class InstanceMetadataClient implements AutoCloseable {
  private final EffectiveConfiguration configuration;
  private final Deadlines deadlines;
  private final MetadataReader reader;
  private final RoleDocuments roleDocuments;
  private final AsyncCalls async;
  private volatile boolean infoServed;
  private volatile boolean closed;

  private InstanceMetadataClient(Builder builder) {
    configuration = ConfigurationResolver.resolve(builder.wishes, builder.lookups);
    LongSupplier nanos = builder.nanos;
    deadlines = new Deadlines(configuration.timeout().value(), nanos);
    async = new AsyncCalls(builder.executor);
    reader =
        new MetadataReader(
            configuration,
            new Transport(
                new Endpoints(addresses(builder.wishes)),
                new AddressLookup(builder.resolver),
                configuration.connectTimeout().value(),
                configuration.readTimeout().value(),
                nanos),
            new Gate(configuration, new Platform(builder.root, nanos), nanos),
            new Retries(
                configuration.attempts().value(),
                configuration.firstPause().value(),
                configuration.longestPause().value(),
                builder.random),
            nanos);
    roleDocuments = new RoleDocuments(reader, configuration.roleName().value());
  }

  private List<URI> addresses(Wishes wishes) {
    Setting<URI> endpoint = configuration.endpoint();
    return endpoint.origin().source() == Origin.Source.DEFAULT
        ? wishes.addresses.apply(configuration.endpointMode().value())
        : List.of(endpoint.value());
  }

  /**
   * A client with the settings of the process: JVM properties, environment, defaults.
   *
   * @return the client; nothing is requested yet
   * @throws IllegalArgumentException if a setting has a value that it cannot have
   */
  public static InstanceMetadataClient create() {
    return builder().build();
  }

  /**
   * Starts a client that differs from the default.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * What the service says of the associated instance profile.
   *
   * @return one of the forms of {@link IamInfo}
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public IamInfo iamInfo() {
    return iamInfo(start());
  }

  /**
   * What can be known of the credentials that the service serves, without their secrets.
   *
   * @return one of the forms of {@link RoleCredentials}
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public RoleCredentials credentialsMetadata() {
    return credentialsMetadata(start());
  }

  /**
   * The document of the role's credentials, secrets included, for an adapter to another library.
   * All requests that it takes to find it share one deadline. The tree {@code
   * iam/security-credentials-extended}, whose documents name the account too, is asked first, as
   * the AWS SDKs do; a client that found it absent, and the plain tree there, does not ask for it
   * again. A role that the service named is asked for without a new listing until its document is
   * gone or refused, or does not come.
   *
   * @param <T> what the parser makes of it
   * @param parser is given the path, below {@code latest/}, and the bytes, also of a document whose
   *     {@code Code} is no success; what it throws is thrown here. It returns a value: null is
   *     taken for a document that is not there, and the role is listed and asked for again
   * @return what the parser returned; empty if the service names no role, or does not have the
   *     document of the one that it names or the configuration does
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public <T> Optional<T> roleDocument(BiFunction<String, byte[], T> parser) {
    Objects.requireNonNull(parser, "parser");
    return roleDocuments.read(
        start(),
        (path, json) -> {
          RoleCredentialsDocument.parse(path, json); // what is cut or incomplete is asked for again
          return parser.apply(path, json);
        });
  }

  /**
   * What the service says of the instance.
   *
   * @return the document as served, not verified; empty if there is none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<InstanceIdentityDocument> identityDocument() {
    return paths().document(IdentityDocument.PATH, IdentityDocument::parse);
  }

  /**
   * The credentials and the signs that they will not be renewed, for a tracker: {@code
   * CredentialTracker.create(client::observe)}. It reads {@link #iamInfo} and {@link
   * #credentialsMetadata}. Where credentials are served and {@code iam/info} is refused, as by an
   * agent that lets nothing else through, the credentials count, without a signal.
   *
   * @return what is served, with a signal if the service reports a cause of loss; not applicable
   *     where nothing is asked, because this machine is none of EC2's or the service is switched
   *     off
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public CredentialObservation observe() {
    Deadline deadline = start();
    try {
      return observation(deadline);
    } catch (InstanceMetadataException refusal) {
      if (refusal.attempts() > 0 || !neverSent(refusal.kind())) {
        throw refusal;
      }
      // No failure of the service: nobody in this process uses what must not even be asked.
      return CredentialObservation.notApplicable(String.valueOf(refusal.getMessage()));
    }
  }

  /**
   * What the instance is: id, type, life cycle, hypervisor and the like.
   *
   * @return its values, each absent if the service has none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public InstanceDetails instance() {
    return InstanceDetails.read(paths());
  }

  /**
   * What the instance was launched from: image, kernel, product codes.
   *
   * @return its values, each absent if the service has none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public ImageDetails image() {
    return ImageDetails.read(paths());
  }

  /**
   * The names and addresses of the primary network interface.
   *
   * @return its values, each absent if the service has none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public InstanceAddresses addresses() {
    return InstanceAddresses.read(paths());
  }

  /**
   * Where the instance runs: zone, Region, placement group, host.
   *
   * @return its values, each absent if the service has none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Placement placement() {
    return Placement.read(paths());
  }

  /**
   * The Region, from {@code placement/region} or else from the identity document; never guessed
   * from the zone.
   *
   * @return the Region; empty if the service tells neither
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<String> region() {
    return Placement.region(paths());
  }

  /**
   * All network interfaces with every attribute that they list.
   *
   * @return the interfaces in the order of the listing; empty if there are none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public List<NetworkInterface> networkInterfaces() {
    return NetworkInterface.readAll(paths());
  }

  /**
   * The volumes and disks of the last launch or start.
   *
   * @return the mapping; empty if there is none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public List<BlockDevice> blockDevices() {
    return BlockDevice.readAll(paths());
  }

  /**
   * The instance's tags.
   *
   * @return values by key; empty if there are none, or if access to tags in the metadata is off
   *     (then {@code listing("meta-data/tags/instance")} is empty too)
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Map<String, String> tags() {
    return InstanceTags.readAll(paths());
  }

  /**
   * One tag of the instance.
   *
   * @param key its key, with any characters
   * @return its value, possibly empty; no value if there is no such tag, or access to tags is off
   * @throws IllegalArgumentException if the key is longer than 4096 characters when it is
   *     percent-encoded; EC2's have 128 at most
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<String> tag(String key) {
    return InstanceTags.read(paths(), key);
  }

  /**
   * The domain and partition of the AWS services here.
   *
   * @return both, each absent if the service has none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public ServicesInfo services() {
    return ServicesInfo.read(paths());
  }

  /**
   * Whether this Spot instance is about to be interrupted. See {@link
   * io.github.rolekeeper.imds.watch.MetadataWatcher} to be told. Without an {@code
   * spot/instance-action}, a {@code spot/termination-time} that holds a text which is no time says
   * nothing, as AWS documents; an empty one is no answer, and {@link
   * InstanceMetadataException.Kind#MALFORMED_ANSWER} if it stays so.
   *
   * @return the notice; empty if there is none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<SpotNotice> spot() {
    return SpotNotice.read(paths());
  }

  /**
   * Whether EC2 recommends to replace this Spot instance.
   *
   * @return the recommendation; empty if there is none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<RebalanceRecommendation> rebalanceRecommendation() {
    return RebalanceRecommendation.read(paths());
  }

  /**
   * The scheduled maintenance and its history.
   *
   * @return both lists
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Maintenance maintenance() {
    return Maintenance.read(paths());
  }

  /**
   * The scheduled maintenance alone, without its history: one request.
   *
   * @return what is to come or under way; empty if there is nothing
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public List<MaintenanceEvent> scheduledMaintenance() {
    return Maintenance.scheduled(paths());
  }

  /**
   * The state that Auto Scaling is bringing the instance to.
   *
   * @return the state; empty outside an Auto Scaling group
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<Reported<AutoScalingState>> autoScalingState() {
    return paths()
        .perishable("meta-data/autoscaling/target-lifecycle-state")
        .map(text -> Reported.of(AutoScalingState.class, text));
  }

  /**
   * Whether CloudWatch watches the instance in detail.
   *
   * @return enabled or disabled; empty if the service does not say
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<Reported<InstanceMonitoring>> monitoring() {
    return paths().word("dynamic/fws/instance-monitoring", InstanceMonitoring.class);
  }

  /**
   * The key pairs that were named at launch.
   *
   * @return the keys; empty if there are none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public List<PublicKey> publicKeys() {
    return PublicKey.readAll(paths());
  }

  /**
   * The instance identity role, which is not the role of the instance profile.
   *
   * @return what can be known of it; empty if there is none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<IdentityCredentials> identityCredentials() {
    return IdentityCredentials.read(paths());
  }

  /**
   * The identity document with the signature that {@link SignedIdentityDocument#verify} checks.
   *
   * @return both; empty if the service lacks one of them
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<SignedIdentityDocument> signedIdentityDocument() {
    return SignedIdentityDocument.read(paths());
  }

  /**
   * All signatures of the identity document.
   *
   * @return the signatures, each absent if the service has none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public IdentitySignatures identitySignatures() {
    return IdentitySignatures.read(paths());
  }

  /**
   * The user data as it was given at launch, decoded from Base64 by the service: any bytes, at most
   * 16 KiB on EC2.
   *
   * @return the bytes, possibly none; no value if there is no user data
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<byte[]> userData() {
    return paths().bytes("user-data");
  }

  /**
   * The value at a path as text.
   *
   * @param path below {@code <endpoint>/latest/}, such as {@code meta-data/instance-id}; what a URI
   *     cannot hold is percent-encoded here, and a {@code %2F} stays as it is
   * @return the text, decoded as UTF-8 and possibly empty; no value if the service has no such path
   * @throws IllegalArgumentException if the path begins with a slash, holds a dot segment or a
   *     control character, is longer than 4096 characters when it is percent-encoded, or serves
   *     credentials or a session token, however it is spelt: {@link #credentialsMetadata} reads
   *     what is no secret of the former
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<String> text(String path) {
    return paths(path).text(path);
  }

  /**
   * The value at a path, byte for byte.
   *
   * @param path as for {@link #text}
   * @return at most 64 KiB, four times the largest thing that EC2 serves (user data); what is
   *     longer is {@link InstanceMetadataException.Kind#MALFORMED_ANSWER}. No value if the service
   *     has no such path
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<byte[]> bytes(String path) {
    return paths(path).bytes(path);
  }

  /**
   * The lines at a path.
   *
   * @param path as for {@link #text}
   * @return the lines without white space around them and without empty ones; empty if there are
   *     none, or the service has no such path
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public List<String> lines(String path) {
    return paths(path).anyLines(path);
  }

  /**
   * What is below a path.
   *
   * @param path as for {@link #text}. End it with a slash: to a directory without one, some hosts
   *     of EC2 answer 301, which is not followed
   * @return the entries; no value if the service has no such path
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<List<MetadataEntry>> listing(String path) {
    return paths(path).listing(path);
  }

  /**
   * Any call of this client, asynchronously: {@code client.async(InstanceMetadataClient::iamInfo)}.
   * The same code runs, on the executor of the builder or on at most four daemon threads of this
   * client, which go when idle and with {@link #close}. The time-out of one call counts from here,
   * the wait for a thread included, and is for all that {@code call} asks of this client: what a
   * thread comes to too late ends at once with {@link
   * InstanceMetadataException.Kind#DEADLINE_EXCEEDED}. To end the future from outside, by {@code
   * cancel}, {@code orTimeout} or closing the client, interrupts the call.
   *
   * @param <T> the type of the answer
   * @param call one or more calls of the client that it is given
   * @return the answer, or what the call threw: an {@code IllegalStateException} if the client is
   *     closed, before or meanwhile; a {@code RejectedExecutionException} if the executor of the
   *     builder does not take it
   */
  public <T> CompletableFuture<T> async(Function<? super InstanceMetadataClient, T> call) {
    Objects.requireNonNull(call, "call");
    return async.submit(deadlines.runningFromNow(() -> call.apply(this)));
  }

  /**
   * Whether the service works, and what it says of profile, role and trust. What goes wrong is in
   * the report; nothing of it is thrown.
   *
   * @return the report, after at most the time-out of one call
   */
  public MetadataReport report() {
    return new Reporter(reader, configuration)
        .report(start(), this::iamInfo, this::credentialsMetadata);
  }

  /**
   * The settings in force, each with its origin.
   *
   * @return what was resolved when this client was built
   */
  public EffectiveConfiguration configuration() {
    return configuration;
  }

  /**
   * Ends the use of this client, its connection and its threads if it has any. Asynchronous calls
   * that have not ended are interrupted and end with an {@code IllegalStateException}, as every
   * later call does. Blocking calls under way end by themselves; to close again is no error.
   *
   * <p>One thread may outlast it: where the endpoint has the name of a host and the resolver of the
   * operating system hangs, the daemon thread that waits for it heeds no interrupt. There is never
   * more than one, and it ends when the resolver does. An address as endpoint, such as EC2's own,
   * needs none.
   */
  @Override
  public void close() {
    closed = true;
    async.close();
    reader.close();
  }

  /** Names the endpoint. */
  @Override
  public String toString() {
    return "InstanceMetadataClient[endpoint="
        + configuration.endpoint()
        + ", timeout="
        + configuration.timeout()
        + "]";
  }

  private PathReader paths() {
    return new PathReader(reader, start());
  }

  private PathReader paths(String path) {
    Endpoint.checked(path); // its length first: to take all encodings away takes time
    CredentialPaths.checked(path);
    return paths();
  }

  private Deadline start() {
    if (closed) {
      throw AsyncCalls.refusal();
    }
    return deadlines.start();
  }

  private static boolean neverSent(InstanceMetadataException.Kind kind) {
    return kind == InstanceMetadataException.Kind.NOT_ON_EC2
        || kind == InstanceMetadataException.Kind.METADATA_DISABLED;
  }

  private CredentialObservation observation(Deadline deadline) {
    IamInfo info;
    try {
      info = iamInfo(deadline);
    } catch (InstanceMetadataException failure) {
      if (!withheld(failure)) {
        throw failure;
      }
      return LossSignals.observation(new IamInfo.NotAssociated(), servedDespite(failure, deadline));
    }
    return LossSignals.observation(info, credentialsMetadata(deadline));
  }

  /**
   * Whether it is {@code iam/info} alone that is refused, perhaps: agents in the place of the
   * service let the credentials through and nothing else (JuliaCloud/AWS.jl#434,
   * envoyproxy/envoy#8325), and mocks fail at a path that they do not know. Where it was served
   * before, a 5xx passes, and takes no sign of loss back.
   */
  private boolean withheld(InstanceMetadataException failure) {
    return switch (failure.kind()) {
      case BAD_REQUEST, FORBIDDEN, UNEXPECTED_STATUS -> true;
      case SERVER_ERROR -> failure.status().orElse(503) != 503 && !infoServed;
      default -> false;
    };
  }

  private RoleCredentials servedDespite(InstanceMetadataException failure, Deadline deadline) {
    try {
      RoleCredentials served = credentialsMetadata(deadline);
      if (served.status() == RoleCredentials.Status.AVAILABLE) {
        return served;
      }
    } catch (InstanceMetadataException second) {
      failure.addSuppressed(second);
    }
    throw failure;
  }

  private IamInfo iamInfo(Deadline deadline) {
    Optional<IamInfo> info =
        reader.readDocument(IamInfoDocument.PATH, deadline, IamInfoDocument::parse);
    infoServed |= info.isPresent();
    return info.orElseGet(IamInfo.NotAssociated::new);
  }

  private RoleCredentials credentialsMetadata(Deadline deadline) {
    return roleDocuments
        .read(deadline, RoleCredentialsDocument::parse)
        .orElseGet(() -> new RoleCredentials.None(configuration.roleName().value()));
  }

  /**
   * Settings of a client. What is not said here comes from the JVM properties and environment
   * variables of the AWS SDKs, then from the defaults. Not thread-safe.
   */
  public static final class Builder {
    private final Wishes wishes = new Wishes();
    private Lookups lookups = Lookups.ofProcess();
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private AddressLookup.Resolver resolver = InetAddress::getByName;
    private LongSupplier nanos = SystemTime.nanoClock();
    private Path root = Path.of("/");
    private Optional<Executor> executor = Optional.empty();

    private Builder() {}

    /**
     * Where the metadata service is; by default the address that EC2 has for it. It beats any
     * {@link #endpointMode}.
     *
     * @param endpoint {@code http://HOST}, {@code http://HOST:PORT} or either with a path, with or
     *     without a slash at the end. It ends before {@code /latest}, and holds no user, query,
     *     fragment or percent-encoding: then {@link #build} refuses it and does not show it
     * @return this
     */
    public Builder endpoint(URI endpoint) {
      wishes.endpoint = Objects.requireNonNull(endpoint, "endpoint");
      return this;
    }

    /**
     * Which of EC2's two addresses is used if no endpoint is set; IPv4 by default.
     *
     * @param mode the address family, or {@link EndpointMode#AUTO} for either: then an attempt may
     *     take the connect time-out twice
     * @return this
     */
    public Builder endpointMode(EndpointMode mode) {
      wishes.mode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * The time for one call, all its requests, attempts and pauses together; 5 s by default, or
     * twice the read time-out if that is more.
     *
     * @param timeout from 1 ms to 1 h
     * @return this
     * @throws IllegalArgumentException if the time-out is outside these limits
     */
    public Builder timeout(Duration timeout) {
      wishes.timeout = Limits.checked("timeout", timeout);
      return this;
    }

    /**
     * The time for one connection; 250 ms by default.
     *
     * @param timeout from 1 ms to 1 h
     * @return this
     * @throws IllegalArgumentException if the time-out is outside these limits
     */
    public Builder connectTimeout(Duration timeout) {
      wishes.connectTimeout = Limits.checked("connectTimeout", timeout);
      return this;
    }

    /**
     * The time to wait for bytes; 1 s by default, as in the SDKs.
     *
     * @param timeout from 1 ms to 1 h
     * @return this
     * @throws IllegalArgumentException if the time-out is outside these limits
     */
    public Builder readTimeout(Duration timeout) {
      wishes.readTimeout = Limits.checked("readTimeout", timeout);
      return this;
    }

    /**
     * How often one request is tried at most; 4 by default.
     *
     * @param attempts from 1 to 100
     * @return this
     * @throws IllegalArgumentException if the number is outside these limits
     */
    public Builder attempts(int attempts) {
      if (attempts < 1 || attempts > 100) {
        throw Refusal.ofMethod(attempts, "attempts", "1 to 100 is expected, such as 4");
      }
      wishes.attempts = attempts;
      return this;
    }

    /**
     * How long to wait before another attempt; 100 ms and 1 s by default. The pause after the first
     * attempt is a half to the whole of {@code first}, by chance, so that clients which failed
     * together do not come back together; each further one may be twice as long, up to {@code
     * longest}. A pause that would outlast {@link #timeout} is not begun.
     *
     * @param first from 1 ms to 1 h
     * @param longest from {@code first} to 1 h
     * @return this
     * @throws IllegalArgumentException if a pause is outside these limits
     */
    public Builder backOff(Duration first, Duration longest) {
      Limits.checked("backOff", first);
      if (Limits.checked("backOff", longest).compareTo(first) < 0) {
        throw Refusal.ofMethod(
            longest,
            "backOff",
            "the longest pause is expected to be no less than the first, " + first);
      }
      wishes.firstPause = first;
      wishes.longestPause = longest;
      return this;
    }

    /**
     * The life to ask for a token; 6 h by default, the longest that the service grants. What it
     * does grant is what counts. A token is renewed before its end in any case.
     *
     * @param ttl whole seconds, from 1 s to 6 h
     * @return this
     * @throws IllegalArgumentException if the life is outside these limits
     */
    public Builder tokenTtl(Duration ttl) {
      wishes.tokenTtl = Limits.checkedTokenTtl("tokenTtl", ttl);
      return this;
    }

    /**
     * Allows requests without a token where the service refuses to give one, or where the token
     * does not arrive: IMDSv1, which lets whoever can make this process send a GET read the
     * credentials. The settings of the SDKs can still forbid it.
     *
     * @return this
     */
    public Builder allowImdsV1() {
      wishes.v1 = true;
      return this;
    }

    /**
     * The off switch. When it is on, each call ends with {@link
     * InstanceMetadataException.Kind#METADATA_DISABLED} and no request is sent. A bad value in the
     * settings of the process is no obstacle then: defaults stand in the place of them all.
     *
     * @param disabled false to ask although the settings of the SDKs say not to
     * @return this
     */
    public Builder disabled(boolean disabled) {
      wishes.disabled = disabled;
      return this;
    }

    /**
     * The role whose credentials are read; by default the one that the service names.
     *
     * @param name the role's name, without a path
     * @return this
     */
    public Builder roleName(String name) {
      wishes.roleName = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Whether the machine is asked first, without a packet, if it is one of EC2's; true by default.
     * It is never asked if an endpoint is set.
     *
     * @param check false where an emulated service stands at EC2's own address
     * @return this
     */
    public Builder platformCheck(boolean check) {
      wishes.platformCheck = check;
      return this;
    }

    /**
     * For how long it is remembered that nobody took a connection; 10 s by default. Within it, each
     * call ends at once with {@link InstanceMetadataException.Kind#UNREACHABLE} and no packet is
     * sent, so that a program which asks in a loop on a laptop waits once. It is not remembered by
     * a client that has met the service before, where the machine says that it is one of EC2's,
     * where an endpoint is set, and without {@link #platformCheck}; {@link
     * InstanceMetadataClient#report} asks nevertheless.
     *
     * @param time from 1 ms to 1 h, or zero to ask each time
     * @return this
     * @throws IllegalArgumentException if the time is outside these limits
     */
    public Builder rememberUnreachable(Duration time) {
      wishes.unreachableMemory = Limits.checkedOrZero("rememberUnreachable", time);
      return this;
    }

    /**
     * Settings of the AWS profile file, which come after the environment. None by default: this
     * module does not read that file.
     *
     * @param settings such as {@code ProfileFileSettings.ofDefaultProfile()}
     * @return this
     */
    public Builder profileSettings(ProfileSettings settings) {
      lookups = lookups.with(Objects.requireNonNull(settings, "settings"));
      return this;
    }

    /**
     * Who runs asynchronous calls. They block, so it should have threads to spare; it is not closed
     * with the client.
     *
     * @param executor the executor; by default the client has threads of its own
     * @return this
     */
    public Builder executor(Executor executor) {
      this.executor = Optional.of(executor);
      return this;
    }

    Builder lookups(Lookups lookups) {
      this.lookups = lookups;
      return this;
    }

    /** What stands in for EC2's addresses and for the root of the file system. */
    Builder machine(Function<EndpointMode, List<URI>> addresses, Path root) {
      wishes.addresses = addresses;
      this.root = root;
      return this;
    }

    /** Pauses without limits. */
    Builder retries(Retries retries) {
      wishes.firstPause = retries.firstPause();
      wishes.longestPause = retries.longestPause();
      random = retries.random();
      return attempts(retries.attempts());
    }

    Builder resolver(AddressLookup.Resolver resolver) {
      this.resolver = resolver;
      return this;
    }

    Builder nanos(LongSupplier nanos) {
      this.nanos = nanos;
      return this;
    }

    /**
     * Makes the client.
     *
     * @return a client that has requested nothing yet
     * @throws IllegalArgumentException if a setting has a value that it cannot have; the message
     *     names the value, where it came from and what is expected
     */
    public InstanceMetadataClient build() {
      return new InstanceMetadataClient(this);
    }
  }
}
