package dev.ahti.sockets;

import static java.util.Objects.requireNonNull;

import dev.ahti.sockets.impl.Checks;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.pekko.util.ByteString;

/**
 * A message of a {@link UdpSocket}.
 *
 * @param data the payload. One that came may be empty, but of a connected socket with epoll, which
 *     does not see such a message; to send an empty one fails with a {@link
 *     dev.ahti.webtransport.WebTransportNotSupportedException}. Netty can do neither
 * @param remoteAddress where it came from, as an IP address, or goes to, which may be a name; empty
 *     with a socket that is connected
 * @param remotePort the port there; empty with a socket that is connected
 * @param dnsQueryType which addresses of the name are looked at; of messages that are sent from a
 *     socket that is bound only
 */
public record UdpMessage(
    ByteString data,
    Optional<String> remoteAddress,
    OptionalInt remotePort,
    Optional<SocketDnsQueryType> dnsQueryType) {
  /** Checks the port. */
  public UdpMessage {
    requireNonNull(data, "data");
    remotePort.ifPresent(port -> Checks.port("remotePort", port, 0));
  }

  /** For a socket that is connected. */
  public static UdpMessage of(ByteString data) {
    return new UdpMessage(data, Optional.empty(), OptionalInt.empty(), Optional.empty());
  }

  /**
   * For a socket that is bound.
   *
   * @param remoteAddress a name or an IP literal
   * @param remotePort 0 to 65535
   * @throws dev.ahti.webtransport.WebTransportTypeException for any other port
   */
  public static UdpMessage to(ByteString data, String remoteAddress, int remotePort) {
    return new UdpMessage(
        data, Optional.of(remoteAddress), OptionalInt.of(remotePort), Optional.empty());
  }

  /** With the kind of addresses that are looked at. */
  public UdpMessage withDnsQueryType(SocketDnsQueryType type) {
    return new UdpMessage(data, remoteAddress, remotePort, Optional.of(type));
  }
}
