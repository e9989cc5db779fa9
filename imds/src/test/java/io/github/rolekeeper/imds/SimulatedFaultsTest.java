package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault that metadata services are known for, as the simulator has it, on the wire. */
@Timeout(120) // against a hang only
class SimulatedFaultsTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;
  private static final String PUT = "PUT /latest/api/token";

  private final SimulatedAccount account = SimulatedAccount.create();
  private final SimulatedInstance instance = launch();
  private final InstanceMetadataClient client =
      Clients.builder(instance.metadataEndpoint()).build();

  private SimulatedInstance launch() {
    account.createInstanceProfile("web", "web-role");
    return account.launchInstance("web");
  }

  @AfterEach
  void stop() {
    client.close();
    account.close();
  }

  static List<Fault> outlived() {
    return List.of(
        Fault.status(401).on("GET /latest/*").times(1),
        Fault.throttled().on(GET).times(3),
        Fault.status(503).on(GET).times(3),
        Fault.status(503).on(PUT).times(3),
        Fault.refused().on("imds:*").times(2),
        Fault.connectionReset().on(GET).times(1),
        Fault.lostAnswer().on(GET).times(1),
        Fault.slow(Duration.ofMillis(50)).on(GET),
        Fault.dripped(Duration.ofMillis(100)).on(GET),
        Fault.withoutHeader("X-aws-ec2-metadata-token-ttl-seconds").on(PUT),
        Fault.contentType("application/octet-stream").on(GET),
        Fault.http10().on("imds:*"));
  }

  @ParameterizedTest
  @MethodSource("outlived")
  void what_passes_or_does_not_matter_is_not_seen(Fault fault) {
    account.inject(fault);
    assertThat(client.text(ID)).contains(instance.id());
    assertThat(client.text(ID)).contains(instance.id()); // on what the first read left behind
  }

  record Told(Fault fault, Kind kind, int attempts) {
    @Override
    public String toString() {
      return fault.kind() + " is " + kind;
    }
  }

  static List<Told> told() {
    return List.of(
        new Told(Fault.status(401).on("GET /latest/*"), Kind.TOKEN_REJECTED, 1),
        new Told(Fault.status(400).on(PUT), Kind.BAD_REQUEST, 1),
        new Told(Fault.status(403).on("imds:*"), Kind.FORBIDDEN, 1),
        new Told(Fault.throttled().on(GET), Kind.THROTTLED, 4),
        new Told(Fault.status(503).on(GET), Kind.SERVER_ERROR, 4),
        new Told(Fault.refused().on("imds:*"), Kind.NO_ANSWER, 4),
        new Told(Fault.oversize(70_000).on(GET), Kind.MALFORMED_ANSWER, 1),
        new Told(Fault.redirect("http://127.0.0.1:1/").on(GET), Kind.UNEXPECTED_STATUS, 1));
  }

  @ParameterizedTest
  @MethodSource("told")
  void what_lasts_is_told_by_its_kind(Told told) {
    account.inject(told.fault());
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(told.kind());
    assertThat(failure.attempts()).isEqualTo(told.attempts());
    assertThat(failure.endpointOrigin()).hasToString("builder method endpoint");
    assertThat(failure)
        .hasMessageContainingAll(
            instance.metadataEndpoint() + " (builder method endpoint), " + ID + ": ",
            "(%s, %d attempt".formatted(told.kind(), told.attempts()),
            "Remedy: " + told.kind().remedy() + ". See " + told.kind().documentation());
    account.clearFaults();
    assertThat(client.text(ID)).contains(instance.id());
  }

  @Test
  void a_404_is_absence() {
    account.inject(Fault.status(404).on(GET));
    assertThat(client.text(ID)).isEmpty();
  }

  static List<Fault> unreadable() {
    String info = "GET /latest/meta-data/iam/info";
    return List.of(Fault.garbled().on(info), Fault.truncated().on(info));
  }

  /** Half of a text cannot be told from a text; half of a document can. */
  @ParameterizedTest
  @MethodSource("unreadable")
  void what_is_no_document_is_malformed_and_named(Fault fault) {
    account.inject(fault);
    InstanceMetadataException failure =
        catchThrowableOfType(InstanceMetadataException.class, client::iamInfo);
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure.path()).isEqualTo("meta-data/iam/info");
  }

  @Test
  void silence_beyond_the_hop_limit_is_told_after_one_wait() {
    account.inject(Fault.noAnswer().on(PUT));
    try (InstanceMetadataClient hasty =
        Clients.builder(instance.metadataEndpoint()).readTimeout(Duration.ofMillis(200)).build()) {
      InstanceMetadataException failure = failure(hasty, ID);
      assertThat(failure.kind()).isEqualTo(Kind.HOP_LIMIT_SUSPECTED);
      assertThat(failure.attempts()).isEqualTo(1);
    }
  }

  // With each look at the clock four seconds of the minute pass, and there are more pieces.
  @Test
  void a_drip_ends_at_the_deadline() {
    AtomicLong nanos = new AtomicLong();
    AtomicLong step = new AtomicLong();
    try (InstanceMetadataClient dripped =
        Clients.builder(instance.metadataEndpoint())
            .nanos(() -> nanos.addAndGet(step.get()))
            .build()) {
      dripped.text(ID); // so that the token is there
      account.inject(Fault.dripped(Duration.ofSeconds(5)).on("GET *"));
      step.set(Duration.ofSeconds(4).toNanos());
      assertThat(failure(dripped, ID).kind()).isEqualTo(Kind.DEADLINE_EXCEEDED);
    }
  }
}
