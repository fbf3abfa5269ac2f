package dev.ahti.transport.netty.quic;

/**
 * How far the peer's flow control lets one stream send, as far as that can be known: quiche tells
 * the least of the stream's window, the connection's and the congestion window, and nothing of
 * MAX_STREAM_DATA and MAX_DATA. So the limits here are what the peer granted with its transport
 * parameters, raised by what quiche once had room for; the true ones are these or above. Loop only.
 */
final class SendLimits {
  /**
   * What the connection may have sent beside the ports' bytes: fields, settings, what the codec
   * writes on streams of its own.
   */
  private static final long UNCOUNTED = 16 * 1024;

  /** What all streams of a connection share. */
  static final class Connection {
    private long sent;
    private long limit;

    void initial(long bytes) {
      limit = Math.max(limit, bytes - UNCOUNTED);
    }
  }

  private final Connection connection;
  private long sent;
  private long limit;

  /**
   * @param initial what the peer's transport parameters grant a stream of this kind
   */
  SendLimits(Connection connection, long initial) {
    this.connection = connection;
    this.limit = initial;
  }

  /** There is room for so many bytes more now. */
  void room(long capacity) {
    limit = Math.max(limit, sent + capacity);
    connection.limit = Math.max(connection.limit, connection.sent + capacity);
  }

  /** Bytes of the stream, its header and frames included, were handed over. */
  void sent(int bytes) {
    sent += bytes;
    connection.sent += bytes;
  }

  /** How many bytes the peer's windows have room for, at least. */
  long atLeast() {
    return Math.max(0, Math.min(limit - sent, connection.limit - connection.sent));
  }
}
