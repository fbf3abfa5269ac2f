package dev.ahti.sockets;

import java.util.Optional;

/**
 * A multicast group that a socket has joined.
 *
 * @param groupAddress the IP address of the group
 * @param sourceAddress the only one to hear of; empty for all
 */
public record MulticastMembership(String groupAddress, Optional<String> sourceAddress) {}
