package io.github.rolekeeper.imds;

import java.net.ProtocolException;

/** Bytes that are no HTTP answer. Its message quotes none of them: they may hold a secret. */
final class BrokenAnswer extends ProtocolException {
  private static final long serialVersionUID = 1L;

  /** What it is that is wrong. */
  private final byte[] quote;

  BrokenAnswer(String message, byte[] quote) {
    super(message);
    this.quote = quote;
  }

  /** What it is that is wrong, for an {@link Excerpt}; empty if nothing was read of it. */
  byte[] quote() {
    return quote;
  }
}
