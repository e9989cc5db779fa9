package io.github.rolekeeper.core.awssdk;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The chain of causes of an exception, outermost first. */
final class Causes {
  private Causes() {}

  /** Ends at a cause that was met before: a chain may be a circle. */
  static List<Throwable> of(Throwable outermost) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> chain = new ArrayList<>();
    for (@Nullable Throwable next = outermost;
        next != null && seen.add(next);
        next = next.getCause()) {
      chain.add(next);
    }
    return chain;
  }

  /** Without what asynchronous code wraps around an exception. */
  static Throwable unwrapped(Throwable failure) {
    return of(failure).stream()
        .filter(
            cause -> !(cause instanceof CompletionException || cause instanceof ExecutionException))
        .findFirst()
        .orElse(failure);
  }

  static String text(Throwable failure) {
    return of(failure).stream().map(Throwable::toString).collect(Collectors.joining("; cause: "));
  }
}
