package dev.ahti.wtspec;

import java.util.Optional;

/**
 * How a raw peer's QUIC is set up. Immutable; start from {@link #DEFAULTS}.
 *
 * @param idleSeconds the idle time-out
 * @param connectionData the connection's receive window in bytes
 * @param streamData each stream's receive window in bytes
 * @param bidirectionalStreams how many the other side may have open
 * @param unidirectionalStreams how many the other side may have open
 * @param datagrams whether datagrams are announced (transport parameter 0x20)
 * @param bytewise whether each byte that is written leaves in a packet of its own
 * @param certificate what a server shows
 * @param tickets what is kept from one connection for the next; empty for nothing
 */
public record RawOptions(
    int idleSeconds,
    long connectionData,
    long streamData,
    long bidirectionalStreams,
    long unidirectionalStreams,
    boolean datagrams,
    boolean bytewise,
    RawCertificate certificate,
    Optional<RawTickets> tickets) {

  /** A well-disposed peer: ten seconds, 1 MiB, 128 KiB a stream, 100 streams, datagrams. */
  public static final RawOptions DEFAULTS =
      new RawOptions(
          10, 1 << 20, 1 << 17, 100, 100, true, false, RawCertificate.shared(), Optional.empty());

  /** With another idle time-out. */
  public RawOptions withIdleSeconds(int seconds) {
    return new RawOptions(
        seconds,
        connectionData,
        streamData,
        bidirectionalStreams,
        unidirectionalStreams,
        datagrams,
        bytewise,
        certificate,
        tickets);
  }

  /** With other receive windows, in bytes. */
  public RawOptions withWindows(long connection, long stream) {
    return new RawOptions(
        idleSeconds,
        connection,
        stream,
        bidirectionalStreams,
        unidirectionalStreams,
        datagrams,
        bytewise,
        certificate,
        tickets);
  }

  /** With other stream limits. */
  public RawOptions withStreams(long bidirectional, long unidirectional) {
    return new RawOptions(
        idleSeconds,
        connectionData,
        streamData,
        bidirectional,
        unidirectional,
        datagrams,
        bytewise,
        certificate,
        tickets);
  }

  /** Without transport parameter 0x20. */
  public RawOptions withoutDatagrams() {
    return new RawOptions(
        idleSeconds,
        connectionData,
        streamData,
        bidirectionalStreams,
        unidirectionalStreams,
        false,
        bytewise,
        certificate,
        tickets);
  }

  /** With a packet for each byte that is written on a stream. */
  public RawOptions withEachByteAlone() {
    return new RawOptions(
        idleSeconds,
        connectionData,
        streamData,
        bidirectionalStreams,
        unidirectionalStreams,
        datagrams,
        true,
        certificate,
        tickets);
  }

  /** With another certificate; servers only. */
  public RawOptions withCertificate(RawCertificate other) {
    return new RawOptions(
        idleSeconds,
        connectionData,
        streamData,
        bidirectionalStreams,
        unidirectionalStreams,
        datagrams,
        bytewise,
        other,
        tickets);
  }

  /** With tickets of earlier connections, and early data on; a server shows their certificate. */
  public RawOptions withTickets(RawTickets shared) {
    return new RawOptions(
        idleSeconds,
        connectionData,
        streamData,
        bidirectionalStreams,
        unidirectionalStreams,
        datagrams,
        bytewise,
        certificate,
        Optional.of(shared));
  }
}
