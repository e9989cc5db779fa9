/**
 * What the credentials of an EC2 instance are, when they end, and whether they will be renewed. No
 * I/O of its own.
 */
module io.github.rolekeeper.core {
  requires static org.jspecify;

  exports io.github.rolekeeper.core;
}
