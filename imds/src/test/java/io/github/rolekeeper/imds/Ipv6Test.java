package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class Ipv6Test {
  private static boolean hasLoopback(InetAddress address) {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void a_service_at_an_ipv6_address_is_read_and_reported_as_such() throws IOException {
    InetAddress loopback = InetAddress.getByName("::1");
    assumeTrue(hasLoopback(loopback), "this machine has no IPv6");
    try (ScriptedMetadataServer server =
            ScriptedMetadataServer.startAt(loopback).serves("meta-data/instance-id", "i-6");
        InstanceMetadataClient client = Clients.builder(server).build()) {
      assertThat(server.endpoint().toString()).startsWith("http://[::1]:");
      assertThat(client.text("meta-data/instance-id")).contains("i-6");
      assertThat(server.requests().get(0).headers())
          .containsEntry("host", "[::1]:" + server.port());
      assertThat(client.report().addressFamily()).contains(MetadataReport.AddressFamily.IPV6);
    }
  }

  @Test
  void a_service_that_is_not_reached_over_ipv6_is_told_what_has_to_be_switched_on()
      throws IOException {
    InetAddress loopback = InetAddress.getByName("::1");
    assumeTrue(hasLoopback(loopback), "this machine has no IPv6");
    try (SocketChannel held = SocketChannel.open()) {
      held.bind(new InetSocketAddress(loopback, 0)); // and nobody listens there
      int port = ((InetSocketAddress) held.getLocalAddress()).getPort();
      try (InstanceMetadataClient client =
          Clients.builder(URI.create("http://[::1]:" + port)).build()) {
        InstanceMetadataException failure = Clients.failure(client, "meta-data/instance-id");
        assertThat(failure.kind()).isEqualTo(InstanceMetadataException.Kind.UNREACHABLE);
        assertThat(failure)
            .hasMessageContainingAll("IPv6", "HttpProtocolIpv6", "ModifyInstanceMetadataOptions");
      }
    }
  }
}
