/**
 * AssertJ assertions about a simulated account. The only package here that touches the optional
 * AssertJ dependency.
 */
@NullMarked
package io.github.rolekeeper.testkit.assertj;

import org.jspecify.annotations.NullMarked;
