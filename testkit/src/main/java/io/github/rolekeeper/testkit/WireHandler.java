package io.github.rolekeeper.testkit;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What answers the requests of a port. */
interface WireHandler {
  /**
   * Answers whatever came, well-formed or not. Never fails.
   *
   * @param target path and query as sent
   * @param headers the first value of a header by its name in any case; null where there is none
   */
  WireResponse answer(
      String method, String target, Function<String, @Nullable String> headers, byte[] body);

  /** How many bytes of a request's body are taken; of more than that none is kept. */
  int largestBody(String target);

  /** Answers a request whose body is larger than that. */
  WireResponse tooLarge(String target, Function<String, @Nullable String> headers, long bytes);

  /**
   * Answers a request that the server could not read to its end.
   *
   * @param problem what is wrong with it
   */
  WireResponse malformed(String target, Function<String, @Nullable String> headers, String problem);
}
