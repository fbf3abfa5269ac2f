package dev.ahti.engine.spi;

import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one session, both ways, each a bounded ring. The same wake-up protocol as {@link
 * StreamPort}; one consumer and one producer at a time, on any thread. {@code DatagramPortContract}
 * of the test kit checks these rules for a transport.
 *
 * <p>At the bound the oldest datagram makes room for the newest, in either direction, and is
 * counted as dropped: an old datagram is worth least, and W3C WebTransport drops from the same end
 * of both of its queues. An outgoing one goes that way only where the producer goes on after {@link
 * #offer} said no. A datagram is never split.
 *
 * <p>The end, whoever causes it, drops what waits in either direction; of the outgoing ones each
 * counts as dropped. Then both wake-ups run, armed or not, once. Whoever sets one later looks at
 * {@link #ended} first. From then on nothing is received, and {@link #offer} takes nothing.
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

  /** Ends both directions. Any thread, and soon, not at once; later calls do nothing. */
  void close(String why);

  /** What went through so far. */
  DatagramStats stats();
}
