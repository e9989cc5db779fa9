/**
 * The simulated account as a program of its own. The only package here that touches the optional
 * picocli dependency.
 */
@NullMarked
package io.github.rolekeeper.testkit.server;

import org.jspecify.annotations.NullMarked;
