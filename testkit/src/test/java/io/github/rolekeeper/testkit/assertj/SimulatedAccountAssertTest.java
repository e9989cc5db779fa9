package io.github.rolekeeper.testkit.assertj;

import static io.github.rolekeeper.testkit.assertj.TestkitAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

class SimulatedAccountAssertTest {
  private SimulatedAccount account;
  private IamClient iam;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create();
    iam = SdkClients.administrator(account).build(IamClient.builder());
    account.createInstanceProfile("web", "web-role");
  }

  @AfterEach
  void close() {
    iam.close();
    account.close();
  }

  @Test
  void calls_can_be_looked_at() {
    iam.getInstanceProfile(r -> r.instanceProfileName("web"));
    iam.createInstanceProfile(r -> r.instanceProfileName("other"));

    assertThat(account).mutatingCalls().containsExactly("CreateInstanceProfile");
    assertThat(account).calls().hasSize(2);
    assertThat(account)
        .calls("GetInstanceProfile")
        .singleElement()
        .extracting(ApiCall::outcome)
        .isEqualTo("OK");
  }

  @Test
  void reading_is_only_reading() {
    iam.getInstanceProfile(r -> r.instanceProfileName("web"));

    assertThat(account).hasOnlyRead();
  }

  @Test
  void a_write_in_vain_is_no_read() {
    assertThatThrownBy(() -> iam.deleteInstanceProfile(r -> r.instanceProfileName("100%s")))
        .isInstanceOf(Exception.class);

    assertThatThrownBy(() -> assertThat(account).hasOnlyRead())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Expected only reads")
        .hasMessageContaining("write iam DeleteInstanceProfile -> ValidationError by arn:");
    assertThat(account).mutatingCalls().isEmpty();
  }

  @Test
  void a_failure_shows_the_journal() {
    iam.getInstanceProfile(r -> r.instanceProfileName("web"));
    assertThatThrownBy(() -> iam.getInstanceProfile(r -> r.instanceProfileName("none")))
        .isInstanceOf(NoSuchEntityException.class);

    assertThatThrownBy(() -> assertThat(account).calls("GetInstanceProfile").hasSize(3))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("calls of GetInstanceProfile")
        .hasMessageContaining("read  iam GetInstanceProfile -> OK by arn:")
        .hasMessageContaining("read  iam GetInstanceProfile -> NoSuchEntity by arn:");
  }

  @Test
  void a_missing_account_is_said_to_be_missing() {
    assertThatThrownBy(() -> assertThat((SimulatedAccount) null).hasOnlyRead())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not to be null");
  }
}
