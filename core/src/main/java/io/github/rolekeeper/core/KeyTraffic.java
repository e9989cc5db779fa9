package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What was seen of the calls that one access key signed. Immutable.
 *
 * @param accessKeyId the key
 * @param performed actions that succeeded; the first ones, no more than {@link #MAX_ACTIONS}
 * @param denied those of them that were denied since the last success that needs a permission
 * @param expired since when services say that it has expired; empty once one accepts it again
 */
record KeyTraffic(
    String accessKeyId, Set<String> performed, Set<String> denied, Optional<Instant> expired) {
  /** An application calls a handful; the bound is for one that tries them all. */
  static final int MAX_ACTIONS = 64;

  /** One denial may be a policy made stricter; all at once are a session revoked. */
  private static final int SUSPICIOUS = 2;

  /** STS answers it whatever is denied (STS API reference), so its success proves no permission. */
  private static final String WITHOUT_PERMISSION = ":GetCallerIdentity";

  static KeyTraffic of(String accessKeyId) {
    return new KeyTraffic(accessKeyId, Set.of(), Set.of(), Optional.empty());
  }

  /**
   * A revocation denies everything, so whatever still succeeds disproves it. The same object if the
   * call tells nothing new.
   */
  KeyTraffic succeeded(String action) {
    boolean remembered = performed.contains(action) || performed.size() == MAX_ACTIONS;
    Set<String> doubtful = action.endsWith(WITHOUT_PERMISSION) ? denied : Set.of();
    if (remembered && doubtful.equals(denied) && expired.isEmpty()) {
      return this;
    }
    return new KeyTraffic(
        accessKeyId, remembered ? performed : with(performed, action), doubtful, Optional.empty());
  }

  /** The same object if the call tells nothing new. */
  KeyTraffic failed(String action, ErrorClassification verdict, Instant now) {
    return switch (verdict.errorClass()) {
      // A HEAD without a code, or a resource or key that is another's: no word of this session.
      case DENIED -> verdict.confidence() == Confidence.HIGH ? denied(action) : this;
      // Denied for sure, by a code; the low confidence is that of the revocation.
      case REVOCATION_SUSPECTED -> denied(action);
      case EXPIRED ->
          verdict.confidence() == Confidence.LOW
              ? this
              : refused(expired.or(() -> Optional.of(now)));
      case INVALID -> verdict.confidence() == Confidence.LOW ? this : refused(expired);
      case MISSING, CLOCK_SKEW, SOURCE_FAILING, TRANSIENT, UNRELATED -> this;
    };
  }

  private KeyTraffic denied(String action) {
    return performed.contains(action) && !denied.contains(action)
        ? new KeyTraffic(accessKeyId, performed, with(denied, action), expired)
        : this;
  }

  boolean revocationSuspected() {
    return denied.size() >= SUSPICIOUS;
  }

  // An identity that is not accepted is not one that is accepted and denied.
  private KeyTraffic refused(Optional<Instant> since) {
    return denied.isEmpty() && since.equals(expired)
        ? this
        : new KeyTraffic(accessKeyId, performed, Set.of(), since);
  }

  private static Set<String> with(Set<String> set, String action) {
    Set<String> copy = new LinkedHashSet<>(set);
    copy.add(action);
    return Collections.unmodifiableSet(copy);
  }
}
