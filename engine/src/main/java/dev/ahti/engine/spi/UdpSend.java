package dev.ahti.engine.spi;

import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * A message to be sent.
 *
 * @param data the payload; a transport may refuse an empty one
 * @param to where to, from a socket that is bound; empty from one that is connected
 */
public record UdpSend(ByteString data, Optional<To> to) {
  /**
   * Where to.
   *
   * @param host a name, which is looked up, or an IP literal
   * @param port 0 to 65535
   * @param family which addresses of the host are looked at
   */
  public record To(String host, int port, AddressFamily family) {}
}
