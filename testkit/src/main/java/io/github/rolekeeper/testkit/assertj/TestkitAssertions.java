package io.github.rolekeeper.testkit.assertj;

import io.github.rolekeeper.testkit.SimulatedAccount;

/** Where assertions about the testkit's types begin. */
public final class TestkitAssertions {
  private TestkitAssertions() {}

  /**
   * Asserts what reached an account.
   *
   * @param actual the account
   * @return its assertions
   */
  public static SimulatedAccountAssert assertThat(SimulatedAccount actual) {
    return new SimulatedAccountAssert(actual);
  }
}
