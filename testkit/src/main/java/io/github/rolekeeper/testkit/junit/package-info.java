/**
 * A fresh simulated account for each JUnit 5 test. The only package here that touches the optional
 * JUnit dependency.
 */
@NullMarked
package io.github.rolekeeper.testkit.junit;

import org.jspecify.annotations.NullMarked;
