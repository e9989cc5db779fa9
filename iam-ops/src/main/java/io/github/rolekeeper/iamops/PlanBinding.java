package io.github.rolekeeper.iamops;

/**
 * Who a plan is for, and where. Another principal may not have been meant, and in another account
 * or Region the same names are other things.
 *
 * @param principal who carries it out, see {@link CallerIdentity#principal()}
 * @param accountId the account of the instance
 * @param partition such as {@code aws}, {@code aws-cn} or {@code aws-us-gov}
 * @param region the Region of the instance
 */
public record PlanBinding(String principal, String accountId, String partition, String region) {}
