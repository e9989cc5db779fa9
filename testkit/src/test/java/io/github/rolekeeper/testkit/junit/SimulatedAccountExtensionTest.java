package io.github.rolekeeper.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import software.amazon.awssdk.services.iam.IamClient;

@ExtendWith(SimulatedAccountExtension.class)
class SimulatedAccountExtensionTest {
  private final SimulatedAccount fromConstructor;
  private SimulatedAccount fromBeforeEach;

  SimulatedAccountExtensionTest(SimulatedAccount account) {
    fromConstructor = account;
  }

  @BeforeEach
  void prepare(SimulatedAccount account) {
    fromBeforeEach = account;
    account.createInstanceProfile("web", "web-role");
  }

  @Test
  void all_parameters_of_a_test_are_of_one_account(
      SimulatedAccount account, MutableClock clock, SdkClients clients) {
    assertThat(account).isSameAs(fromConstructor).isSameAs(fromBeforeEach);
    assertThat(clock).isSameAs(account.clock());
    try (var iam = clients.build(IamClient.builder())) {
      assertThat(iam.listInstanceProfiles().instanceProfiles()).hasSize(1);
    }
    assertThat(account.calls()).hasSize(1);
  }

  /** With an account of the test before, the second would find the profile already there. */
  @RepeatedTest(3)
  void each_test_has_a_fresh_account(SimulatedAccount account) {
    assertThat(account.calls()).isEmpty();
  }

  @Nested
  class Inside {
    @Test
    void nested_classes_see_the_account_of_their_test(SimulatedAccount account) {
      assertThat(account).isSameAs(fromConstructor).isSameAs(fromBeforeEach);
    }
  }

  @Test
  void accounts_are_closed_after_their_tests() {
    Cases.Closed.PORTS.clear();
    run(Cases.Closed.class).testEvents().assertStatistics(all -> all.succeeded(2));

    assertThat(Cases.Closed.PORTS).hasSize(2).noneMatch(Cases::listens);
  }

  @Test
  void a_registered_field_chooses_settings() {
    run(Cases.Registered.class).testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
  }

  @Test
  void parallel_tests_have_accounts_of_their_own() {
    Cases.Parallel.ACCOUNTS.clear();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(Cases.Parallel.class))
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
        .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
        .execute()
        .testEvents()
        .assertStatistics(all -> all.succeeded(2).failed(0));

    assertThat(Cases.Parallel.ACCOUNTS).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void what_belongs_to_no_test_is_refused_with_a_remedy() {
    run(Cases.BeforeAnyTest.class).containerEvents().failed().stream()
        .forEach(
            event ->
                assertThat(event.getPayload().orElseThrow().toString())
                    .contains("belongs to one test", "@BeforeEach"));
    run(Cases.BeforeAnyTest.class).containerEvents().assertStatistics(all -> all.failed(1));
  }

  private static EngineExecutionResults run(Class<?> tests) {
    return EngineTestKit.engine("junit-jupiter").selectors(selectClass(tests)).execute();
  }
}
