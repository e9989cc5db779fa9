/**
 * Diagnoses an EC2 instance's instance profile by ids and puts it back from a plan. Start at {@link
 * io.github.rolekeeper.iamops.InstanceProfileOps}.
 */
@NullMarked
package io.github.rolekeeper.iamops;

import org.jspecify.annotations.NullMarked;
