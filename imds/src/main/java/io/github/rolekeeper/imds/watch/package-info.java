/**
 * To be told when a perishable item of the metadata changes. Start at {@link
 * io.github.rolekeeper.imds.watch.MetadataWatcher}.
 */
@NullMarked
package io.github.rolekeeper.imds.watch;

import org.jspecify.annotations.NullMarked;
