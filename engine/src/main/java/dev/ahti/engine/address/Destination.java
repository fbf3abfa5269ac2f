package dev.ahti.engine.address;

/**
 * What somebody wants to reach.
 *
 * @param protocol over what
 * @param host as it was asked for: a name or an IP literal without brackets
 * @param port 1 to 65535
 */
public record Destination(Protocol protocol, String host, int port) {

  /** Over what a destination is reached. */
  public enum Protocol {
    /** A connection. */
    TCP,
    /** Messages. */
    UDP
  }

  /** Checks the port. */
  public Destination {
    if (port < 1 || port > 0xffff) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
  }

  @Override
  public String toString() {
    return protocol + " " + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
