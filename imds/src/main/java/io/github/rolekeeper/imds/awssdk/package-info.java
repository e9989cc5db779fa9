/**
 * For applications on the AWS SDK for Java v2, which brings its own {@code auth} module: this
 * package does not.
 */
@NullMarked
package io.github.rolekeeper.imds.awssdk;

import org.jspecify.annotations.NullMarked;
