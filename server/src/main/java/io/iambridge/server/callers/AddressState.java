package io.iambridge.server.callers;

import java.net.InetAddress;

/** The state of one address of a node. */
public record AddressState(InetAddress address, Occupant occupant) {}
