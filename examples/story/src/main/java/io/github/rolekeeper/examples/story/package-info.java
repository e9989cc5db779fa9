/** A program that plays the field record on a simulated account, with the library watching. */
@NullMarked
package io.github.rolekeeper.examples.story;

import org.jspecify.annotations.NullMarked;
