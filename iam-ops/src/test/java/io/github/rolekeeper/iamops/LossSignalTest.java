package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.LossForecast;
import io.github.rolekeeper.core.LossReason;
import io.github.rolekeeper.core.LossSignal;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** What a diagnosis tells a tracker before the metadata service can. */
class LossSignalTest {
  private final MutableClock clock = MutableClock.at("2026-01-01T12:00:00Z");
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceMetadataClient metadata;
  private InstanceProfileOps ops;
  private Optional<LossSignal> diagnosed = Optional.empty();
  private CredentialTracker tracker;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    SimulatedInstance instance = account.launchInstance("web");
    id = InstanceId.of(instance.id());
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
    iam = SdkClients.administrator(account).build(IamClient.builder());
    metadata = Metadata.builder(instance.metadataEndpoint()).build();
    ops = InstanceProfileOps.builder(ec2, iam).clock(clock).build();
    tracker = CredentialTracker.builder(this::observe).clock(clock).build();
  }

  @AfterEach
  void close() {
    metadata.close();
    ec2.close();
    iam.close();
    account.close();
  }

  private CredentialObservation observe() {
    CredentialObservation seen = metadata.observe();
    return seen.credentials().isPresent() ? diagnosed.map(seen::withSignal).orElse(seen) : seen;
  }

  @Test
  void a_deleted_profile_is_foretold_at_once_and_not_only_when_the_metadata_shows_it() {
    assertThat(ops.diagnose(id).lossSignal()).isEmpty();
    account.deleteInstanceProfile("web");
    assertThat(tracker.poll().forecast()).as("the metadata does not know").isEmpty();

    diagnosed = ops.diagnose(id).lossSignal();

    LossForecast loss = tracker.poll().forecast().orElseThrow();
    assertThat(loss.reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(loss.earliest()).isEqualTo(clock.instant().plus(Duration.ofHours(6)));
    assertThat(loss.evidence()).isNotBlank();
    assertThat(loss.cure()).isPresent();
    diagnosed = Optional.empty();
    assertThat(tracker.poll().forecast()).as("withdrawn with its cause").isEmpty();
  }

  @Test
  void a_profile_with_another_id_under_the_same_name_is_a_profile_that_is_gone() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");

    diagnosed = ops.diagnose(id).lossSignal();

    assertThat(tracker.poll().forecast().orElseThrow().reason())
        .isEqualTo(LossReason.PROFILE_NOT_FOUND);
  }

  @Test
  void a_profile_without_role_is_told_as_such() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    assertThat(ops.diagnose(id).lossSignal().orElseThrow().reason())
        .isEqualTo(LossReason.PROFILE_WITHOUT_ROLE);
  }
}
