/**
 * The AWS SDK for Java v2 beside a tracker: its credentials providers as sources, its exceptions as
 * failures, its calls as reports. The only package here that touches that optional dependency.
 */
@NullMarked
package io.github.rolekeeper.core.awssdk;

import org.jspecify.annotations.NullMarked;
