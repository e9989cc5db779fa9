package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a repair says of those who may not have noticed it. */
class AdviceTest {
  private static RepairReport repair(Broken broken, InstanceProfileOps ops) {
    return ops.execute(ops.plan(RepairTarget.forInstance(broken.id).role("web-role").build()));
  }

  private static InstanceProfileOps fromOutside(Broken broken) {
    return InstanceProfileOps.builder(broken.admin(), broken.adminIam())
        .clock(broken.clock)
        .pauser(broken.clock::advance)
        .ownHost(id -> false)
        .journal(new KeptJournal())
        .build();
  }

  @Test
  void a_swap_seen_from_outside_tells_of_processes_that_may_lag() {
    try (var broken = new Broken(Broken.State.B3)) {
      RepairReport report = repair(broken, fromOutside(broken));

      assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
      assertThat(report.advice())
          .startsWith("look at meta-data/iam/info")
          .endsWith(Possibilities.CONSUMERS_MAY_LAG);
    }
  }

  @Test
  void on_a_stopped_instance_there_are_no_processes() {
    try (var broken = new Broken(Broken.State.B3_STOPPED)) {
      RepairReport report = repair(broken, fromOutside(broken));

      assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
      assertThat(report.advice()).doesNotContain(Possibilities.CONSUMERS_MAY_LAG);
    }
  }

  @Test
  void metadata_that_lag_tell_until_when_and_that_then_only_a_stop_and_a_start_helps() {
    try (var broken = new Broken(Broken.State.B5)) {
      RepairReport report = repair(broken, broken.process(new KeptJournal()));

      assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_METADATA_LAGS);
      assertThat(report.advice())
          .contains("until " + report.lagsUntil().orElseThrow())
          .contains("the instance needs a stop and a start")
          .endsWith(Possibilities.CONSUMERS_MAY_LAG);
    }
  }
}
