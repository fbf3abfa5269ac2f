package dev.ahti.engine.spi;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A UDP socket to be opened: connected to a peer, or bound to an address of this machine.
 *
 * @param remoteHost a name or an IP literal without brackets; empty for one that is bound
 * @param remotePort the peer's port, where there is a peer
 * @param localAddress an IP literal without brackets; empty for one that is connected
 * @param localPort empty for any that is free
 * @param family which addresses of the host are looked at
 * @param sendBuffer bytes asked for (SO_SNDBUF)
 * @param receiveBuffer bytes asked for (SO_RCVBUF)
 * @param ipv6Only whether a socket on {@code ::} takes IPv6 only; empty for what the operating
 *     system does
 * @param multicast how it speaks to groups
 */
public record UdpOpen(
    Optional<String> remoteHost,
    int remotePort,
    Optional<String> localAddress,
    OptionalInt localPort,
    AddressFamily family,
    OptionalInt sendBuffer,
    OptionalInt receiveBuffer,
    Optional<Boolean> ipv6Only,
    Multicast multicast) {
  /**
   * How a socket speaks to groups.
   *
   * @param timeToLive routers that a message may pass, 0 to 255
   * @param loopback whether sockets of this machine get what is sent from it
   * @param sharing whether several sockets may have the local address
   */
  public record Multicast(int timeToLive, boolean loopback, boolean sharing) {}
}
