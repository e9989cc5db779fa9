package io.github.rolekeeper.imds;

import java.io.Serializable;
import java.net.InetAddress;
import java.net.URI;

/**
 * The service, as it was found.
 *
 * @param endpoint which of its places
 * @param address the one there that took the connection
 */
record Peer(URI endpoint, InetAddress address) implements Serializable {}
