package io.netty.handler.codec.quic;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The examiner's own way to what Netty's QUIC codec can do and its public API cannot say: reset and
 * stop codes of 62 bits, and whether a stream was stopped. In Netty's package because the calls are
 * package-private; the class path only.
 *
 * <p>Event loop only.
 */
@NullMarked
public final class RawQuicAccess {
  /** What {@link #capacity} gives when the peer asked to stop sending. */
  public static final long STOPPED = -1;

  /** What {@link #capacity} gives when stream or connection are gone. */
  public static final long GONE = -2;

  private static final VarHandle CONNECTION;

  static {
    try {
      CONNECTION =
          MethodHandles.privateLookupIn(QuicheQuicChannel.class, MethodHandles.lookup())
              .findVarHandle(QuicheQuicChannel.class, "connection", QuicheQuicConnection.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private RawQuicAccess() {}

  /**
   * Sends STOP_SENDING or RESET_STREAM, or both. Nothing when the connection is gone.
   *
   * @param read whether to stop the receiving half
   * @param write whether to reset the sending half
   * @param code 62 bits
   */
  public static void shutdown(QuicStreamChannel stream, boolean read, boolean write, long code) {
    QuicheQuicStreamChannel channel = (QuicheQuicStreamChannel) stream;
    QuicheQuicConnection connection = connection(channel.parent());
    if (connection == null) {
      return;
    }
    if (read) {
      Quiche.quiche_conn_stream_shutdown(
          connection.address(), channel.streamId(), Quiche.QUICHE_SHUTDOWN_READ, code);
    }
    if (write) {
      Quiche.quiche_conn_stream_shutdown(
          connection.address(), channel.streamId(), Quiche.QUICHE_SHUTDOWN_WRITE, code);
    }
    channel.parent().connectionSendAndFlush();
  }

  /**
   * How many bytes a stream whose sending half is open takes now, or {@link #STOPPED}, or {@link
   * #GONE}.
   */
  public static long capacity(QuicStreamChannel stream) {
    QuicheQuicStreamChannel channel = (QuicheQuicStreamChannel) stream;
    QuicheQuicConnection connection = connection(channel.parent());
    if (connection == null) {
      return GONE;
    }
    long capacity = Quiche.quiche_conn_stream_capacity(connection.address(), channel.streamId());
    if (capacity >= 0) {
      return capacity;
    }
    // A stopped stream is reset by the library, which forgets it once that is acknowledged.
    return capacity == Quiche.QUICHE_ERR_STREAM_STOPPED
            || capacity == Quiche.QUICHE_ERR_INVALID_STREAM_STATE
        ? STOPPED
        : GONE;
  }

  /**
   * The longest datagram the other side takes, in bytes; negative when it has not announced any
   * (transport parameter 0x20). Event loop only.
   */
  public static int peersDatagramLimit(QuicChannel channel) {
    QuicheQuicConnection connection = connection((QuicheQuicChannel) channel);
    return connection == null
        ? (int) GONE
        : Quiche.quiche_conn_dgram_max_writable_len(connection.address());
  }

  /** Whether TLS went on with the session of an earlier connection. Any thread. */
  public static boolean resumed(QuicChannel channel) {
    return channel.sslEngine() instanceof QuicheQuicSslEngine engine && engine.isSessionReused();
  }

  /** The text of a close, empty where Netty's own accessor fails because there is none. */
  public static String reason(QuicConnectionCloseEvent event) {
    return event.reason == null ? "" : new String(event.reason, StandardCharsets.UTF_8);
  }

  private static @Nullable QuicheQuicConnection connection(QuicheQuicChannel channel) {
    QuicheQuicConnection connection = (QuicheQuicConnection) CONNECTION.get(channel);
    return connection == null || connection.isFreed() ? null : connection;
  }
}
