/**
 * AWS SDK for Java v2 clients that talk to a simulated account. The only package here that touches
 * the optional SDK dependency.
 */
@NullMarked
package io.github.rolekeeper.testkit.awssdk;

import org.jspecify.annotations.NullMarked;
