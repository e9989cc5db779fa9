package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.MaintenanceEvent.State;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** The categories that come and go. */
class MetadataEventsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private SimulatedAccount account;
  private SimulatedInstance instance;
  private MetadataReader metadata;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(MutableClock.at(START));
    instance = account.launchInstance(InstanceOptions.of(Trait.SPOT));
    metadata = new MetadataReader(instance);
  }

  @AfterEach
  void close() {
    account.close();
  }

  @Test
  void a_spot_instance_is_told_that_it_ends_and_then_ends() {
    instance.interruptSpot(SpotAction.TERMINATE, START.plusSeconds(120));

    assertThat(metadata.metaData("spot/instance-action"))
        .isEqualTo("{\"action\":\"terminate\",\"time\":\"2026-01-01T00:02:00Z\"}");
    assertThat(metadata.metaData("spot/termination-time")).isEqualTo("2026-01-01T00:02:00Z");
    account.clock().advance(Duration.ofSeconds(119));
    assertThat(state()).isEqualTo("running");
    account.clock().advance(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("terminated");
    assertThatThrownBy(() -> metadata.metaData("")).isInstanceOf(UncheckedIOException.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"STOP", "HIBERNATE"})
  void a_spot_instance_that_comes_back_has_no_termination_time(SpotAction action) {
    instance.interruptSpot(action, START.plusSeconds(120));

    assertThat(metadata.metaData("spot/instance-action"))
        .contains("\"" + action.name().toLowerCase(java.util.Locale.ROOT) + "\"");
    assertThat(metadata.metaDataStatus("spot/termination-time")).isEqualTo(404);
    account.clock().advance(Duration.ofMinutes(2));
    assertThat(state()).isEqualTo("stopped");
  }

  @Test
  void an_interruption_that_is_withdrawn_does_not_happen() {
    instance.interruptSpot(SpotAction.TERMINATE, START.plusSeconds(120));
    instance.withdrawNotices();

    account.clock().advance(Duration.ofHours(1));
    assertThat(metadata.metaDataStatus("spot/instance-action")).isEqualTo(404);
    assertThat(state()).isEqualTo("running");
  }

  @Test
  void only_spot_instances_are_interrupted() {
    SimulatedInstance other = account.launchInstance(InstanceOptions.of());
    assertThatIllegalStateException()
        .isThrownBy(() -> other.interruptSpot(SpotAction.STOP, START))
        .withMessageContaining(other.id())
        .withMessageContaining("Trait.SPOT");
  }

  @Test
  void a_rebalance_recommendation_is_told_until_it_is_withdrawn() {
    String path = "events/recommendations/rebalance";
    instance.recommendRebalance(START);
    assertThat(metadata.metaData(path)).isEqualTo("{\"noticeTime\":\"2026-01-01T00:00:00Z\"}");
    instance.withdrawNotices();
    assertThat(metadata.metaDataStatus(path)).isEqualTo(404);
  }

  @Test
  void maintenance_goes_from_the_schedule_into_the_history() throws Exception {
    var event =
        new MaintenanceEvent(
            "instance-event-1",
            "system-reboot",
            "scheduled reboot",
            START,
            Optional.of(START.plusSeconds(3_600)),
            Optional.of(Instant.parse("2026-02-12T00:00:00Z")),
            State.ACTIVE);
    assertThat(metadata.metaData("events/maintenance/")).isEmpty();
    instance.scheduleMaintenance(event);

    JsonNode scheduled =
        new ObjectMapper().readTree(metadata.metaData("events/maintenance/scheduled"));
    assertThat(scheduled).hasSize(1);
    assertThat(scheduled.at("/0/NotBefore").asText()).isEqualTo("1 Jan 2026 00:00:00 GMT");
    assertThat(scheduled.at("/0/NotAfter").asText()).isEqualTo("1 Jan 2026 01:00:00 GMT");
    assertThat(scheduled.at("/0/NotBeforeDeadline").asText()).isEqualTo("12 Feb 2026 00:00:00 GMT");
    assertThat(scheduled.at("/0/Code").asText()).isEqualTo("system-reboot");
    assertThat(scheduled.at("/0/EventId").asText()).isEqualTo("instance-event-1");
    assertThat(scheduled.at("/0/State").asText()).isEqualTo("active");
    assertThat(metadata.metaDataStatus("events/maintenance/history")).isEqualTo(404);

    instance.scheduleMaintenance(event.in(State.CANCELED).in(State.COMPLETED));
    assertThat(metadata.metaDataStatus("events/maintenance/scheduled")).isEqualTo(404);
    assertThat(metadata.metaData("events/maintenance/history"))
        .contains("\"Description\" : \"[Completed] scheduled reboot\"")
        .contains("\"State\" : \"completed\"");
    assertThat(metadata.metaData("events/maintenance/")).isEqualTo("history");
  }

  @Test
  void what_aws_does_not_say_of_maintenance_is_left_out() {
    instance.scheduleMaintenance(MaintenanceEvent.of("e-1", "instance-stop", START));
    assertThat(metadata.metaData("events/maintenance/scheduled"))
        .startsWith("[ {\n  \"NotBefore\" : ")
        .doesNotContain("NotAfter", "Deadline");
  }

  @ParameterizedTest
  @EnumSource
  void auto_scaling_tells_where_the_instance_goes(AutoScalingTargetState state) {
    String path = "autoscaling/target-lifecycle-state";
    instance.autoScalingTargetState(state);
    assertThat(metadata.metaData(path)).isEqualTo(state.wireName());
    instance.withdrawNotices();
    assertThat(metadata.metaDataStatus(path)).isEqualTo(404);
  }

  private String state() {
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      return ec2.describeInstances(r -> r.instanceIds(instance.id()))
          .reservations()
          .get(0)
          .instances()
          .get(0)
          .state()
          .nameAsString();
    }
  }
}
