package io.github.rolekeeper.iamops;

import org.jspecify.annotations.Nullable;

/** A {@link Journal} that cannot be read or written. The message says where and what to do. */
public final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message what, where, and the remedy
   * @param cause what it comes from; null if nothing
   */
  public JournalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
