package io.github.rolekeeper.imds;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the caller said in the builder; null is left to the other places. Not thread-safe. */
final class Wishes {
  @Nullable Boolean disabled;
  boolean v1;
  @Nullable URI endpoint;
  @Nullable EndpointMode mode;
  @Nullable Duration timeout;
  @Nullable Duration connectTimeout;
  @Nullable Duration readTimeout;
  @Nullable Integer attempts;
  @Nullable Duration firstPause;
  @Nullable Duration longestPause;
  @Nullable Duration tokenTtl;
  @Nullable String roleName;
  @Nullable Boolean platformCheck;
  @Nullable Duration unreachableMemory;

  /** Another function stands in for EC2's addresses in tests. */
  Function<EndpointMode, List<URI>> addresses = EndpointMode::endpoints;
}
