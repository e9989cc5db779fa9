package io.github.rolekeeper.imds.watch;

/**
 * Is told what a {@link MetadataWatcher} sees, one call at a time, on the thread that looked. What
 * it throws is logged, and the watching goes on.
 *
 * @param <T> what is watched
 */
@FunctionalInterface
public interface WatchListener<T> {
  /**
   * The item is not what it was.
   *
   * @param before what it was; at the first look, what it is where there is nothing to tell
   * @param now what it is
   */
  void changed(T before, T now);

  /**
   * A look failed. The next one comes later than usual, and later still if it fails too. Does
   * nothing by default.
   *
   * @param failure why: an {@link io.github.rolekeeper.imds.InstanceMetadataException}, or an
   *     {@link IllegalStateException} once the client is closed
   * @param inSuccession how many looks have failed since one succeeded, from 1
   */
  default void failed(RuntimeException failure, int inSuccession) {}
}
