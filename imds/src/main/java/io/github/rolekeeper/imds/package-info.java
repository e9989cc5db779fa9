/**
 * The EC2 instance metadata service, typed. Start at {@link
 * io.github.rolekeeper.imds.InstanceMetadataClient}.
 */
@NullMarked
package io.github.rolekeeper.imds;

import org.jspecify.annotations.NullMarked;
