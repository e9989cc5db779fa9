/**
 * A simulated AWS account that speaks the wire: IAM, EC2, STS, S3 {@code ListBuckets} and one
 * metadata endpoint per instance, on one clock that the test moves. Start at {@link
 * io.github.rolekeeper.testkit.SimulatedAccount}.
 */
@NullMarked
package io.github.rolekeeper.testkit;

import org.jspecify.annotations.NullMarked;
