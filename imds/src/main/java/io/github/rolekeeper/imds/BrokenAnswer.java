package io.github.rolekeeper.imds;

import java.net.ProtocolException;

/** Bytes that are no HTTP answer. Its message quotes none of them: they may hold a secret. */
final class BrokenAnswer extends ProtocolException {
  private static final long serialVersionUID = 1L;

  BrokenAnswer(String message) {
    super(message);
  }
}
