/**
 * Metrics of a tracker for Micrometer. The only package here that touches that optional dependency.
 */
@NullMarked
package io.github.rolekeeper.core.micrometer;

import org.jspecify.annotations.NullMarked;
