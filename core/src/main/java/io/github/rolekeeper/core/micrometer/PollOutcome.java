package io.github.rolekeeper.core.micrometer;

import java.util.Locale;

/** How a look at a source ended. */
public enum PollOutcome {
  /** It served credentials. */
  CREDENTIALS,
  /** It answered that it has none. */
  NONE,
  /** The application was found to use other credentials. */
  NOT_APPLICABLE,
  /** The application had used none since the look before, so there was nothing new to see. */
  NOT_USED,
  /** It did not answer. */
  FAILED;

  /** As a tag's value. */
  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
