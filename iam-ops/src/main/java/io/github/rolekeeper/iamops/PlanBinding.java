package io.github.rolekeeper.iamops;

import java.util.Optional;

/**
 * Where a plan belongs, and who made it. In another account or Region the same names are other
 * things, so that it is refused there.
 *
 * @param accountId the account of the instance
 * @param partition such as {@code aws}, {@code aws-cn} or {@code aws-us-gov}
 * @param region the Region of the instance
 * @param principal who made it, see {@link CallerIdentity#principal()}; empty if nobody said
 */
public record PlanBinding(
    String accountId, String partition, String region, Optional<String> principal) {
  static PlanBinding of(AccountRef account) {
    return new PlanBinding(
        account.accountId(), account.partition(), account.region(), Optional.empty());
  }

  PlanBinding madeBy(CallerIdentity caller) {
    return new PlanBinding(accountId, partition, region, Optional.of(caller.principal()));
  }
}
