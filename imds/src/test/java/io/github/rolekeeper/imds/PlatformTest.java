package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.CredentialFlag;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
  private static final String ID = "meta-data/instance-id";
  private static final String VENDOR = "sys/devices/virtual/dmi/id/sys_vendor";

  @TempDir Path root;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final ScriptedMetadataServer server = ScriptedMetadataServer.start().serves(ID, "i-1");

  @AfterEach
  void stop() {
    server.close();
    deaf.close();
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** With the default endpoint, which here leads to the scripted server. */
  private InstanceMetadataClient.Builder builder() {
    return InstanceMetadataClient.builder()
        .lookups(Clients.NOTHING_SET)
        .machine(mode -> List.of(server.endpoint()), root)
        .timeout(Duration.ofSeconds(60))
        .readTimeout(Duration.ofSeconds(60))
        .nanos(nanos::get);
  }

  @ParameterizedTest
  @CsvSource({
    "sys/devices/virtual/dmi/id/sys_vendor, Amazon EC2",
    "sys/devices/virtual/dmi/id/board_vendor, Amazon EC2",
    "sys/devices/virtual/dmi/id/bios_vendor, Amazon EC2",
    "sys/hypervisor/uuid, ec2e1916-9099-7caf-fd21-012345abcdef",
    "sys/devices/virtual/dmi/id/product_uuid, EC2E1916-9099-7CAF-FD21-012345ABCDEF",
    "sys/devices/virtual/dmi/id/product_uuid, 45E12AEC-DCD1-B213-94ED-012345ABCDEF"
  })
  void one_sign_of_ec2_is_enough(String path, String text) throws IOException {
    file(VENDOR, "QEMU\n");
    file(path, text + "\n");
    assertThat(builder().build().text(ID)).contains("i-1");
  }

  @Test
  void another_vendor_is_told_without_a_packet() throws IOException {
    file(VENDOR, "QEMU\n");
    file("sys/devices/virtual/dmi/id/product_uuid", "12345678-1234-1234-1234-123456789abc");
    InstanceMetadataException failure = Clients.failure(builder().build(), ID);
    assertThat(failure.kind()).isEqualTo(Kind.NOT_ON_EC2);
    assertThat(failure.attempts()).isZero();
    assertThat(failure).hasMessageContainingAll("\"QEMU\"", "platformCheck(false)");
    assertThat(server.connections()).isZero();
  }

  @Test
  void a_tracker_says_that_a_laptop_is_none_of_its_business() throws IOException {
    file(VENDOR, "LENOVO\n");
    CredentialSnapshot seen = CredentialTracker.create(builder().build()::observe).poll();
    assertThat(seen.state()).isEqualTo(CredentialState.NOT_APPLICABLE);
    assertThat(seen.notApplicable().orElseThrow()).contains("\"LENOVO\"", "nothing sent");
    assertThat(server.connections()).isZero();
  }

  @Test
  void a_tracker_says_that_the_service_is_switched_off() {
    Map<String, String> environment = Map.of("AWS_EC2_METADATA_DISABLED", "true");
    InstanceMetadataClient client =
        builder()
            .lookups(new Lookups(name -> null, environment::get, key -> Optional.empty()))
            .build();
    CredentialSnapshot seen = CredentialTracker.create(client::observe).poll();
    assertThat(seen.notApplicable().orElseThrow()).contains("AWS_EC2_METADATA_DISABLED");
    assertThat(server.connections()).isZero();
  }

  @Test
  void a_service_that_the_instance_has_switched_off_is_a_failing_source() {
    server.on(ScriptedMetadataServer.TOKEN, ScriptedMetadataServer.status(403, ""));
    CredentialSnapshot seen = CredentialTracker.create(builder().build()::observe).poll();
    assertThat(seen.state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(seen.flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
  }

  @ParameterizedTest
  @CsvSource({"sys_vendor, Xen", "sys_vendor, ''", "bios_vendor, SeaBIOS"})
  void where_the_machine_does_not_tell_the_network_is_asked(String file, String text)
      throws IOException {
    file("sys/devices/virtual/dmi/id/" + file, text);
    assertThat(builder().build().text(ID)).contains("i-1");
  }

  @Test
  void no_file_at_all_tells_nothing() {
    assertThat(builder().build().text(ID)).contains("i-1");
  }

  @Test
  void the_answer_is_remembered_for_ten_minutes() throws IOException {
    file(VENDOR, "QEMU");
    InstanceMetadataClient client = builder().build();
    Clients.failure(client, ID);
    file(VENDOR, "Amazon EC2");
    nanos.addAndGet(Duration.ofMinutes(10).toNanos() - 1);
    assertThat(Clients.failure(client, ID).kind()).isEqualTo(Kind.NOT_ON_EC2);
    nanos.addAndGet(1);
    assertThat(client.text(ID)).contains("i-1");
  }

  @Test
  void whoever_names_an_endpoint_or_says_so_is_not_checked() throws IOException {
    file(VENDOR, "QEMU");
    assertThat(builder().endpoint(server.endpoint()).build().text(ID)).contains("i-1");
    assertThat(builder().platformCheck(false).build().text(ID)).contains("i-1");
  }

  /** Where nobody listens, until a service is started there. */
  private final RefusedPort deaf = RefusedPort.hold();

  private InstanceMetadataClient.Builder deafMachine() {
    return builder()
        .machine(mode -> List.of(deaf.endpoint()), root)
        .connectTimeout(Duration.ofSeconds(60))
        .retries(Clients.retries(2));
  }

  private static int attempts(InstanceMetadataClient client) {
    InstanceMetadataException failure = Clients.failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    return failure.attempts();
  }

  @Test
  void where_the_machine_does_not_tell_it_is_remembered_for_ten_seconds_that_nobody_was_there() {
    InstanceMetadataClient client = deafMachine().build();
    assertThat(attempts(client)).isEqualTo(2);
    nanos.addAndGet(Duration.ofSeconds(3).toNanos());
    try (ScriptedMetadataServer late = deaf.serve().serves(ID, "i-late")) {
      assertThat(attempts(client)).isZero();
      assertThat(Clients.failure(client, ID))
          .hasMessageContainingAll("nothing sent", "3000 ms ago", "10000 ms after");
      nanos.addAndGet(Duration.ofSeconds(7).toNanos() - 1);
      assertThat(attempts(client)).isZero();
      assertThat(late.connections()).isZero();
      nanos.addAndGet(1);
      assertThat(client.text(ID)).contains("i-late");
    }
  }

  @Test
  void what_was_refused_from_memory_does_not_lengthen_it() {
    InstanceMetadataClient client = deafMachine().build();
    attempts(client);
    for (int i = 0; i < 5; i++) {
      nanos.addAndGet(Duration.ofSeconds(2).toNanos() - 1);
      assertThat(attempts(client)).isZero();
    }
    nanos.addAndGet(5);
    assertThat(attempts(client)).isEqualTo(2);
  }

  @Test
  void a_report_asks_nevertheless_and_what_it_finds_ends_the_memory() {
    InstanceMetadataClient client = deafMachine().build();
    attempts(client);
    assertThat(client.report().reachable()).isFalse();
    try (ScriptedMetadataServer late = deaf.serve().serves(ID, "i-late")) {
      assertThat(client.report().reachable()).isTrue();
      assertThat(late.connections()).isPositive();
      assertThat(client.text(ID)).contains("i-late");
    }
  }

  @Test
  void a_client_that_has_met_the_service_does_not_doubt_that_it_is_there() {
    InstanceMetadataClient client = deafMachine().build();
    try (ScriptedMetadataServer early = deaf.serve().serves(ID, "i-early")) {
      assertThat(client.text(ID)).contains("i-early");
    }
    assertThat(attempts(client)).isEqualTo(2);
    assertThat(attempts(client)).isEqualTo(2);

    InstanceMetadataClient refused = deafMachine().build();
    try (ScriptedMetadataServer early = deaf.serve()) {
      early.on(ScriptedMetadataServer.TOKEN, ScriptedMetadataServer.status(403, ""));
      assertThat(Clients.failure(refused, ID).kind()).isEqualTo(Kind.FORBIDDEN);
    }
    assertThat(attempts(refused)).isEqualTo(2);
    assertThat(attempts(refused)).isEqualTo(2);
  }

  @Test
  void nothing_is_remembered_of_an_instance_a_named_endpoint_or_where_that_is_not_wanted()
      throws IOException {
    for (InstanceMetadataClient client :
        List.of(
            deafMachine().endpoint(deaf.endpoint()).build(),
            deafMachine().platformCheck(false).build(),
            deafMachine().rememberUnreachable(Duration.ZERO).build())) {
      assertThat(attempts(client)).isEqualTo(2);
      assertThat(attempts(client)).isEqualTo(2);
    }
    file(VENDOR, "Amazon EC2");
    InstanceMetadataClient instance = deafMachine().build();
    assertThat(attempts(instance)).isEqualTo(2);
    assertThat(attempts(instance)).isEqualTo(2);
  }

  @Test
  void only_a_missing_connection_is_remembered_and_for_as_long_as_one_says() {
    server.on("GET /latest/" + ID, ScriptedMetadataServer.status(403, ""));
    InstanceMetadataClient forbidden = builder().build();
    assertThat(Clients.failure(forbidden, ID).attempts()).isEqualTo(1);
    assertThat(Clients.failure(forbidden, ID).attempts()).isEqualTo(1);

    InstanceMetadataClient longer = deafMachine().rememberUnreachable(Duration.ofHours(1)).build();
    attempts(longer);
    nanos.addAndGet(Duration.ofMinutes(59).toNanos());
    assertThat(attempts(longer)).isZero();
    assertThat(longer.configuration().unreachableMemory())
        .hasToString("PT1H (builder method rememberUnreachable)");
  }
}
