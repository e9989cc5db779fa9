/** Side by side with the AWS SDK. */
@NullMarked
package io.github.rolekeeper.benchmarks;

import org.jspecify.annotations.NullMarked;
