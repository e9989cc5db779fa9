/** Checks for those who write a {@code Journal} of their own; needs no test framework. */
@NullMarked
package io.github.rolekeeper.iamops.journaltest;

import org.jspecify.annotations.NullMarked;
