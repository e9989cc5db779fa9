/**
 * The field record that the simulator is held against, as data, and a shell that runs its commands
 * on the wire of a simulated account.
 */
@NullMarked
package io.github.rolekeeper.testkit.record;

import org.jspecify.annotations.NullMarked;
