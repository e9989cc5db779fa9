package io.github.rolekeeper.testkit.assertj;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;

/** Assertions about the requests that reached an account; a failure shows all of them. */
public final class SimulatedAccountAssert
    extends AbstractAssert<SimulatedAccountAssert, SimulatedAccount> {

  SimulatedAccountAssert(SimulatedAccount actual) {
    super(actual, SimulatedAccountAssert.class);
  }

  /**
   * What changed the account: the operations that write and succeeded.
   *
   * @return assertions about their names, in the order of arrival
   */
  public ListAssert<String> mutatingCalls() {
    isNotNull();
    return Assertions.assertThat(actual.mutatingCalls())
        .describedAs(told("mutating calls", actual.calls()));
  }

  /**
   * Every request, the metadata services' included.
   *
   * @return assertions about them, in the order of arrival
   */
  public ListAssert<ApiCall> calls() {
    isNotNull();
    List<ApiCall> all = actual.calls();
    return Assertions.assertThat(all).describedAs(told("calls", all));
  }

  /**
   * The requests for one operation.
   *
   * @param operation such as {@code GetInstanceProfile}; for the metadata service method and path
   * @return assertions about them, in the order of arrival
   */
  public ListAssert<ApiCall> calls(String operation) {
    isNotNull();
    List<ApiCall> all = actual.calls();
    return Assertions.assertThat(
            all.stream().filter(call -> call.operation().equals(operation)).toList())
        .describedAs(told("calls of " + operation, all));
  }

  /**
   * Nothing has asked for a change of the account, not even in vain.
   *
   * @return this
   */
  public SimulatedAccountAssert hasOnlyRead() {
    isNotNull();
    List<ApiCall> all = actual.calls();
    List<ApiCall> writes = all.stream().filter(ApiCall::write).toList();
    if (!writes.isEmpty()) {
      throw failure(
          "%nExpected only reads, but of %d calls these write:%n%s%nAll calls:%n%s",
          all.size(), lines(writes), lines(all));
    }
    return this;
  }

  private static String told(String what, List<ApiCall> all) {
    // AssertJ formats a description that comes with arguments; this one comes with none.
    return what + " of an account that was called like this:\n" + lines(all) + "\n";
  }

  private static String lines(List<ApiCall> calls) {
    return calls.isEmpty()
        ? "  (nothing)"
        : calls.stream().map(SimulatedAccountAssert::line).collect(Collectors.joining("\n"));
  }

  private static String line(ApiCall call) {
    return "  "
        + call.time()
        + " "
        + (call.write() ? "write " : "read  ")
        + call.service()
        + " "
        + call.operation()
        + " -> "
        + call.outcome()
        + (call.fault().isEmpty() ? "" : " (" + call.fault() + ")")
        + (call.principal().isEmpty() ? "" : " by " + call.principal());
  }
}
