/** A command line tool that diagnoses and repairs the instance profile of an instance. */
@NullMarked
package io.github.rolekeeper.examples.doctor;

import org.jspecify.annotations.NullMarked;
