package io.github.rolekeeper.testkit;

/**
 * Why a caller may not do something.
 *
 * @param caller the caller's ARN
 */
record Refusal(
    String caller,
    String userId,
    String action,
    String resource,
    PolicyEvaluator.Evaluation evaluation,
    String policyKind,
    RequestContext context) {

  /** The sentence in which IAM, STS and EC2 say it. */
  String reason() {
    return "User: "
        + caller
        + " is not authorized to perform: "
        + action
        + " on resource: "
        + resource
        + (evaluation.decision() == PolicyEvaluator.Decision.DENIED_EXPLICITLY
            ? " with an explicit deny in " + article() + policyKind
            : " because no " + policyKind + " allows the " + action + " action");
  }

  private String article() {
    return policyKind.startsWith("i") ? "an " : "a ";
  }
}
