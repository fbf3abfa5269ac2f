package dev.ahti.bench;

import java.util.Locale;

/** What a bench server does with the streams and datagrams of one session. */
public enum Behaviour {
  /** Every stream and every datagram comes back as it is. */
  ECHO,
  /** A bidirectional stream is read to its end and answered with a {@link Receipt}. */
  SINK,
  /** A bidirectional stream names a byte count and gets that many bytes of {@link Pattern}. */
  SOURCE;

  /** The name on the wire: a path segment for WebTransport, the ALPN name for raw QUIC. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The request path of this behaviour. */
  public String path() {
    return "/" + label();
  }
}
