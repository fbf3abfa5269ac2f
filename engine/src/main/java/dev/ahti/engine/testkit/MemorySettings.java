package dev.ahti.engine.testkit;

/**
 * The bounds of the connections of a {@link MemoryNetwork}; both ends have the same.
 *
 * @param streamWindow bytes that a sender may have unread at the peer on one stream
 * @param connectionWindow the same for all streams of one direction of a connection
 * @param bidirectionalStreams streams of this kind that each end may have open; requests count
 * @param unidirectionalStreams streams of this kind that each end may have open
 * @param sendQueue bytes queued in a port from which on {@code offer} asks to wait
 * @param readSize the largest piece that a port gives at once, in bytes
 * @param datagramSize the largest datagram, in bytes
 * @param datagramQueue datagrams that wait in each direction of a session
 * @param supportsUnreliable whether connections say that they have unreliable transport
 */
public record MemorySettings(
    long streamWindow,
    long connectionWindow,
    int bidirectionalStreams,
    int unidirectionalStreams,
    int sendQueue,
    int readSize,
    int datagramSize,
    int datagramQueue,
    boolean supportsUnreliable) {

  /** What a real transport would have. */
  public static final MemorySettings DEFAULT =
      new MemorySettings(256 * 1024, 1024 * 1024, 100, 100, 64 * 1024, 16 * 1024, 1200, 64, true);

  /** Checks that all are above zero, stream limits zero or above. */
  public MemorySettings {
    positive("streamWindow", streamWindow);
    positive("connectionWindow", connectionWindow);
    positive("bidirectionalStreams", bidirectionalStreams + 1L);
    positive("unidirectionalStreams", unidirectionalStreams + 1L);
    positive("sendQueue", sendQueue);
    positive("readSize", readSize);
    positive("datagramSize", datagramSize);
    positive("datagramQueue", datagramQueue);
  }

  /** With other windows. */
  public MemorySettings withWindows(long stream, long connection) {
    return new MemorySettings(
        stream,
        connection,
        bidirectionalStreams,
        unidirectionalStreams,
        sendQueue,
        readSize,
        datagramSize,
        datagramQueue,
        supportsUnreliable);
  }

  /** With other stream limits. */
  public MemorySettings withStreams(int bidirectional, int unidirectional) {
    return new MemorySettings(
        streamWindow,
        connectionWindow,
        bidirectional,
        unidirectional,
        sendQueue,
        readSize,
        datagramSize,
        datagramQueue,
        supportsUnreliable);
  }

  /** With another bound of the ports' send queues and another size of their reads. */
  public MemorySettings withPorts(int queue, int read) {
    return new MemorySettings(
        streamWindow,
        connectionWindow,
        bidirectionalStreams,
        unidirectionalStreams,
        queue,
        read,
        datagramSize,
        datagramQueue,
        supportsUnreliable);
  }

  /** With another size and number of datagrams. */
  public MemorySettings withDatagrams(int size, int queue) {
    return new MemorySettings(
        streamWindow,
        connectionWindow,
        bidirectionalStreams,
        unidirectionalStreams,
        sendQueue,
        readSize,
        size,
        queue,
        supportsUnreliable);
  }

  /** With connections that say that they have no unreliable transport, as those over TCP. */
  public MemorySettings reliableOnly() {
    return new MemorySettings(
        streamWindow,
        connectionWindow,
        bidirectionalStreams,
        unidirectionalStreams,
        sendQueue,
        readSize,
        datagramSize,
        datagramQueue,
        false);
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: higher)");
    }
  }
}
