package dev.ahti.engine.spi;

import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one session, both ways, each a bounded ring. The same wake-up protocol as {@link
 * StreamPort}; one consumer and one producer at a time, on any thread.
 *
 * <p>At the bound the oldest incoming datagram is dropped, and an outgoing one is dropped when the
 * transport cannot take it in time; both are counted. A datagram is never split.
 */
public interface DatagramPort extends DatagramWriter {

  /** Where its events happen. */
  StreamLoop loop();

  /** The largest payload that can be sent now, in bytes; changes with the path. Any thread. */
  int maxSize();

  /** Sets who is woken when a datagram came after {@link #poll} gave nothing, or at the end. */
  void onReadable(Runnable wake);

  /** The next datagram's payload (it may be empty), or {@code null} and the wake-up is armed. */
  @Nullable ByteString poll();

  /** Ends both directions and drops what is queued. Any thread; later calls do nothing. */
  void close(String why);

  /** What went through so far. */
  DatagramStats stats();
}
