package dev.ahti.engine.spi;

import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The sending half of a session's datagrams; one producer at a time, on any thread. */
public interface DatagramWriter {

  /** Sets who is woken when there is room again after {@link #offer} said no, or at the end. */
  void onWritable(Runnable wake);

  /**
   * Queues one datagram; where the queue is full, the oldest in it is dropped and counted. One
   * above the size that the transport takes is dropped and counted, and makes nobody wait. After
   * the end it is dropped, not counted, and the answer is {@code false}.
   *
   * @return whether more may be offered at once; {@code false} asks to wait for the wake-up
   */
  boolean offer(ByteString payload);

  /** Why no datagrams move any more, or {@code null} while they do. */
  @Nullable String ended();
}
