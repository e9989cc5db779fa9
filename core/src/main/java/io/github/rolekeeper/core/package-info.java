/**
 * Vocabulary and time: identifiers, credential states, forecasts. Start at {@link
 * io.github.rolekeeper.core.CredentialTracker}.
 */
@NullMarked
package io.github.rolekeeper.core;

import org.jspecify.annotations.NullMarked;
