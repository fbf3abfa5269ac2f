package io.netty.handler.codec.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What Netty's QUIC codec can do and its public API cannot say. It lives in Netty's package because
 * the calls are package-private there; on the module path that would be a split package, so this
 * transport runs on the class path only.
 *
 * <p>Why each call is here:
 *
 * <ul>
 *   <li>reset and stop codes are {@code int} in the public API, and WebTransport's are 62 bits;
 *   <li>STOP_SENDING is no event: only the stream's capacity tells it;
 *   <li>a full datagram queue drops what is written and reports success;
 *   <li>closing a stream channel sends a FIN, which would make an aborted stream look complete;
 *   <li>a stream that was aborted stays in its connection's table for ever;
 *   <li>a stream that was stopped after its last byte had come keeps its place in the limit for
 *       ever;
 *   <li>so does one that was stopped before, unless something of ours on it is acknowledged later;
 *   <li>several writes outside a read batch cost a flush each;
 *   <li>a close that meets an overdue timer can keep the event loop for ever;
 *   <li>the codec of somebody else's server is found in its pipeline by a type that is not public;
 *   <li>asking a close event that has no reason for it throws.
 * </ul>
 *
 * <p>Event loop only, but for {@link #selfTest} and what says so.
 */
@NullMarked
public final class QuicAccess {
  /** What {@link #capacity} gives when the peer asked to stop sending. */
  public static final long STOPPED = -1;

  /** What {@link #capacity} gives when stream or connection are gone. */
  public static final long GONE = -2;

  /** What {@link #sendDatagram} gives when the queue has no room. */
  public static final int FULL = -1;

  /** What {@link #sendDatagram} gives when it cannot be sent at all. */
  public static final int REFUSED = -2;

  private static final int SCRAP_BYTES = 64 * 1024;

  private static final @Nullable VarHandle CONNECTION;
  private static final @Nullable VarHandle FIN_SENT;
  private static final @Nullable MethodHandle CANCEL_TIMER;
  private static final @Nullable Throwable FAILURE;

  static {
    VarHandle connection = null;
    VarHandle finSent = null;
    MethodHandle cancelTimer = null;
    Throwable failure = null;
    try {
      connection =
          MethodHandles.privateLookupIn(QuicheQuicChannel.class, MethodHandles.lookup())
              .findVarHandle(QuicheQuicChannel.class, "connection", QuicheQuicConnection.class);
      finSent =
          MethodHandles.privateLookupIn(QuicheQuicStreamChannel.class, MethodHandles.lookup())
              .findVarHandle(QuicheQuicStreamChannel.class, "finSent", boolean.class);
      Field timer = QuicheQuicChannel.class.getDeclaredField("timeoutHandler");
      timer.setAccessible(true);
      Method cancel = timer.getType().getDeclaredMethod("cancel");
      cancel.setAccessible(true);
      cancelTimer =
          MethodHandles.filterArguments(
              MethodHandles.lookup()
                  .unreflect(cancel)
                  .asType(MethodType.methodType(void.class, Object.class)),
              0,
              MethodHandles.lookup()
                  .unreflectGetter(timer)
                  .asType(MethodType.methodType(Object.class, QuicheQuicChannel.class)));
    } catch (ReflectiveOperationException | LinkageError e) {
      failure = e;
    }
    CONNECTION = connection;
    FIN_SENT = finSent;
    CANCEL_TIMER = cancelTimer;
    FAILURE = failure;
  }

  private QuicAccess() {}

  /**
   * Checks that this version of Netty still has what is used here, above all a 62-bit code in a
   * stream's shutdown. Needs the native library.
   *
   * @throws IllegalStateException when something is missing; the message names it
   */
  public static void selfTest() {
    if (FAILURE != null) {
      throw new IllegalStateException("Netty's QUIC classes have changed: " + FAILURE, FAILURE);
    }
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      lookup.findStatic(
          Quiche.class,
          "quiche_conn_stream_shutdown",
          MethodType.methodType(int.class, long.class, long.class, int.class, long.class));
      lookup.findStatic(
          Quiche.class,
          "quiche_conn_stream_capacity",
          MethodType.methodType(long.class, long.class, long.class));
      lookup.findStatic(
          Quiche.class,
          "quiche_conn_stream_finished",
          MethodType.methodType(boolean.class, long.class, long.class));
      lookup.findStatic(
          Quiche.class,
          "quiche_conn_stream_send",
          MethodType.methodType(
              int.class, long.class, long.class, long.class, int.class, boolean.class));
      lookup.findStatic(
          Quiche.class,
          "quiche_conn_dgram_send",
          MethodType.methodType(int.class, long.class, long.class, int.class));
      lookup.findVirtual(
          QuicheQuicChannel.class,
          "markInFireChannelReadCompleteQueue",
          MethodType.methodType(boolean.class));
      lookup.findVirtual(
          QuicheQuicChannel.class, "recvComplete", MethodType.methodType(void.class));
      lookup.findVirtual(
          QuicheQuicChannel.class, "streamClosed", MethodType.methodType(void.class, long.class));
      lookup.findVirtual(
          QuicheQuicChannel.class,
          "streamRecv",
          MethodType.methodType(
              QuicheQuicChannel.StreamRecvResult.class, long.class, ByteBuf.class));
      lookup.findVirtual(
          QuicheQuicChannel.class, "connectionSendAndFlush", MethodType.methodType(void.class));
      lookup.findStatic(
          Quiche.class,
          "quiche_conn_dgram_max_writable_len",
          MethodType.methodType(int.class, long.class));
      lookup.findStatic(
          Quiche.class, "readerMemoryAddress", MethodType.methodType(long.class, ByteBuf.class));
      lookup.findGetter(QuicConnectionCloseEvent.class, "reason", byte[].class);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalStateException("Netty's QUIC classes have changed: " + e, e);
    }
  }

  /**
   * Sends STOP_SENDING or RESET_STREAM.
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
    // The results are of no use: the half may have ended in this moment, which is as good.
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
   * Drops what has come of a stream and was not read. What has not come yet is for {@link
   * #shutdown}; but that is not enough for a stream of which all has come: the library forgets a
   * stream, and lets the peer open another, when its end is read.
   *
   * @return whether the end was there: then nothing is left to stop
   */
  public static boolean drain(QuicStreamChannel stream) {
    QuicheQuicStreamChannel channel = (QuicheQuicStreamChannel) stream;
    if (connection(channel.parent()) == null) {
      return true;
    }
    ByteBuf scrap = channel.alloc().directBuffer(SCRAP_BYTES);
    try {
      QuicheQuicChannel.StreamRecvResult result;
      do {
        scrap.clear();
        result = channel.parent().streamRecv(channel.streamId(), scrap);
      } while (result == QuicheQuicChannel.StreamRecvResult.OK);
      return result == QuicheQuicChannel.StreamRecvResult.FIN;
    } catch (Exception reset) {
      return true;
    } finally {
      scrap.release();
    }
  }

  /** What the library has of a stream whose receiving half was stopped. */
  public enum AfterStop {
    /** Nothing: if the peer opened it, it may open another. */
    FORGOTTEN,

    /** The peer has not ended it. */
    OPEN,

    /** The peer has ended it, and it is still there. */
    ENDED
  }

  /**
   * What has become of a stream whose receiving half was stopped. Asking makes the library forget
   * one that has ended and whose other half the peer has stopped.
   */
  public static AfterStop afterStop(QuicStreamChannel stream) {
    QuicheQuicStreamChannel channel = (QuicheQuicStreamChannel) stream;
    QuicheQuicConnection connection = connection(channel.parent());
    if (connection == null) {
      return AfterStop.FORGOTTEN;
    }
    long id = channel.streamId();
    long capacity = Quiche.quiche_conn_stream_capacity(connection.address(), id);
    if (capacity == Quiche.QUICHE_ERR_STREAM_STOPPED) {
      capacity = Quiche.quiche_conn_stream_capacity(connection.address(), id);
    }
    if (capacity == Quiche.QUICHE_ERR_INVALID_STREAM_STATE) {
      return AfterStop.FORGOTTEN;
    }
    return Quiche.quiche_conn_stream_finished(connection.address(), id)
        ? AfterStop.ENDED
        : AfterStop.OPEN;
  }

  /**
   * Sends the FIN of a stream once more, with no bytes: a peer takes it for one that was sent again
   * because it got lost, and acknowledges it.
   */
  public static void finishAgain(QuicStreamChannel stream) {
    QuicheQuicStreamChannel channel = (QuicheQuicStreamChannel) stream;
    QuicheQuicConnection connection = connection(channel.parent());
    if (connection == null) {
      return;
    }
    ByteBuf none = channel.alloc().directBuffer(1);
    try {
      Quiche.quiche_conn_stream_send(
          connection.address(), channel.streamId(), Quiche.readerMemoryAddress(none), 0, true);
    } finally {
      none.release();
    }
    channel.parent().connectionSendAndFlush();
  }

  /**
   * Closes the channel of a stream both of whose halves have ended, without a FIN, and forgets the
   * stream.
   */
  public static void close(QuicStreamChannel stream) {
    QuicheQuicStreamChannel channel = (QuicheQuicStreamChannel) stream;
    finSent().set(channel, true);
    channel.close();
    channel.parent().streamClosed(channel.streamId());
  }

  /**
   * Closes a connection with a code of the application.
   *
   * <p>Netty looks at its timer when it closes, and lets an overdue one strike between what it
   * sends before and the close itself: a probe of the handshake is then due that a closing
   * connection does not send, and until it is sent the library has one more packet to send, for
   * ever, on the event loop. Without the timer the close comes first; Netty sets it again by
   * itself. Any thread.
   *
   * @param reason released by this
   */
  public static void close(QuicChannel connection, int code, ByteBuf reason) {
    if (!connection.eventLoop().inEventLoop()) {
      connection.eventLoop().execute(() -> close(connection, code, reason));
      return;
    }
    close(connection, true, code, reason);
  }

  /** Closes a connection with an error of QUIC, such as an alert of TLS. */
  public static void refuse(QuicChannel connection, int error) {
    close(connection, false, error, Unpooled.EMPTY_BUFFER);
  }

  private static void close(QuicChannel connection, boolean application, int code, ByteBuf reason) {
    QuicheQuicChannel channel = (QuicheQuicChannel) connection;
    MethodHandle cancel = CANCEL_TIMER;
    if (cancel == null) {
      throw new IllegalStateException("selfTest failed before");
    }
    try {
      cancel.invokeExact(channel);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
    channel.close(application, code, reason);
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
    // A stopped stream is reset by the library; once that is acknowledged the library forgets the
    // stream, and as the sending half had not ended, nothing else can have made it do so.
    return capacity == Quiche.QUICHE_ERR_STREAM_STOPPED
            || capacity == Quiche.QUICHE_ERR_INVALID_STREAM_STATE
        ? STOPPED
        : GONE;
  }

  /**
   * Queues one datagram; {@link #beginBatch} and {@link #endBatch} around send it.
   *
   * @param datagram direct and in one piece; stays the caller's
   * @return zero or more when it was taken, else {@link #FULL} or {@link #REFUSED}
   */
  public static int sendDatagram(QuicChannel channel, ByteBuf datagram) {
    QuicheQuicConnection connection = connection((QuicheQuicChannel) channel);
    if (connection == null) {
      return REFUSED;
    }
    int result =
        Quiche.quiche_conn_dgram_send(
            connection.address(), Quiche.readerMemoryAddress(datagram), datagram.readableBytes());
    if (result >= 0) {
      return result;
    }
    return result == Quiche.QUICHE_ERR_DONE ? FULL : REFUSED;
  }

  /** The longest datagram the connection takes now, in bytes; negative when it takes none. */
  public static int maxDatagramLength(QuicChannel channel) {
    QuicheQuicConnection connection = connection((QuicheQuicChannel) channel);
    return connection == null
        ? REFUSED
        : Quiche.quiche_conn_dgram_max_writable_len(connection.address());
  }

  /**
   * Holds back packets until {@link #endBatch}, as the codec does during a read batch.
   *
   * @return whether a batch was begun and must be ended; {@code false} when one is under way
   */
  public static boolean beginBatch(QuicChannel channel) {
    return connection((QuicheQuicChannel) channel) != null
        && ((QuicheQuicChannel) channel).markInFireChannelReadCompleteQueue();
  }

  /** Sends the packets of a batch begun by {@link #beginBatch}. */
  public static void endBatch(QuicChannel channel) {
    ((QuicheQuicChannel) channel).recvComplete();
  }

  /** The name of the codec in the pipeline of a UDP channel; {@code null} when there is none. */
  public static @Nullable String codecIn(ChannelPipeline udp) {
    ChannelHandlerContext codec = udp.context(QuicheQuicCodec.class);
    return codec == null ? null : codec.name();
  }

  /** The text of a close, empty where Netty's own accessor fails because there is none. */
  public static byte[] reason(QuicConnectionCloseEvent event) {
    return event.reason == null ? new byte[0] : event.reason.clone();
  }

  private static @Nullable QuicheQuicConnection connection(QuicheQuicChannel channel) {
    VarHandle handle = CONNECTION;
    if (handle == null) {
      throw new IllegalStateException("selfTest failed before");
    }
    QuicheQuicConnection connection = (QuicheQuicConnection) handle.get(channel);
    return connection == null || connection.isFreed() ? null : connection;
  }

  private static VarHandle finSent() {
    VarHandle handle = FIN_SENT;
    if (handle == null) {
      throw new IllegalStateException("selfTest failed before");
    }
    return handle;
  }
}
