/** A typed client of the EC2 instance metadata service. */
module io.github.rolekeeper.imds {
  requires transitive io.github.rolekeeper.core;
  requires com.fasterxml.jackson.core;
  requires dev.failsafe.core;
  requires static org.jspecify;

  exports io.github.rolekeeper.imds;
}
