/**
 * What the credentials of an EC2 instance are, when they end, and whether they will be renewed. No
 * I/O of its own.
 */
module io.github.rolekeeper.core {
  requires static micrometer.core;
  requires static org.jspecify;
  requires static software.amazon.awssdk.auth;
  requires static software.amazon.awssdk.awscore;
  requires static software.amazon.awssdk.core;
  requires static software.amazon.awssdk.http;
  requires static software.amazon.awssdk.identity.spi;
  requires static software.amazon.awssdk.utils;

  exports io.github.rolekeeper.core;
  exports io.github.rolekeeper.core.awssdk;
  exports io.github.rolekeeper.core.micrometer;
}
