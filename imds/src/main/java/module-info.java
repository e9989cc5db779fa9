/** A typed client of the EC2 instance metadata service. */
module io.github.rolekeeper.imds {
  requires transitive io.github.rolekeeper.core;
  requires com.fasterxml.jackson.core;
  requires dev.failsafe.core;
  requires static org.jspecify;
  requires static software.amazon.awssdk.auth;
  requires static software.amazon.awssdk.core;
  requires static software.amazon.awssdk.profiles;
  requires static software.amazon.awssdk.protocols.jsoncore;
  requires static software.amazon.awssdk.utils;

  exports io.github.rolekeeper.imds;
  exports io.github.rolekeeper.imds.awssdk;
  exports io.github.rolekeeper.imds.watch;
}
