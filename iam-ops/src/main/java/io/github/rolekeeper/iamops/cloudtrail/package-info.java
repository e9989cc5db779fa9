/**
 * The history of roles out of AWS CloudTrail. Optional: needs {@code
 * software.amazon.awssdk:cloudtrail}, which this library does not bring.
 */
@NullMarked
package io.github.rolekeeper.iamops.cloudtrail;

import org.jspecify.annotations.NullMarked;
