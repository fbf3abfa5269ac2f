package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.DatagramPolicy;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one session, both ways, each in bounded queues. The same wake-up protocol as
 * {@link StreamPort}; one consumer at a time, and one producer of each writer, on any thread. The
 * port is a writer itself, and makes further ones. {@code DatagramPortContract} of the test kit
 * checks these rules for a transport.
 *
 * <p>At the bound the oldest datagram makes room for the newest, in either direction and unless a
 * {@link DatagramPolicy} says otherwise, and is counted as dropped: an old datagram is worth least,
 * and W3C WebTransport drops from the same end. An outgoing one goes that way only where the
 * producer goes on after {@link #offer} said no. What waits for longer than its {@link
 * DatagramLimits} allow is dropped and counted as expired. A datagram is never split.
 *
 * <p>The end, whoever causes it, drops what waits in either direction; of the outgoing ones each
 * counts as dropped. Then the wake-ups of the consumer and of every writer run, armed or not, once.
 * Whoever sets one later looks at {@link #ended} first. From then on nothing is received, and
 * {@link #offer} takes nothing.
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

  /** As {@link #poll}, but the datagram stays. */
  @Nullable ByteString peek();

  /**
   * Takes the datagram that {@link #peek} gave.
   *
   * @return {@code false} when it has gone meanwhile: it was dropped, or is overdue
   */
  boolean take(ByteString peeked);

  /** Takes in a datagram of the session, also one that came another way. Loop only. */
  void deliver(ByteString payload);

  /** Sets the bounds of what comes; what waits beyond them is dropped. Any thread. */
  void limitIncoming(DatagramLimits limits);

  /** Sets which incoming datagram goes at the bound, from the next on. Any thread. */
  void incomingPolicy(DatagramPolicy policy);

  /**
   * Sets the bounds of what goes, for all writers. The age counts for what waits too; the number
   * for what is offered from now on. Any thread.
   */
  void limitOutgoing(DatagramLimits limits);

  /**
   * Runs a task on the loop once no datagram waits to be sent, because the last one was handed to
   * the transport or dropped, or the port has ended. Any thread.
   */
  void whenSent(Runnable task);

  /**
   * One more way to send, beside the port itself and other writers. Writers with something to send
   * take turns by their {@linkplain DatagramWriter#priority priorities}. Any thread.
   */
  DatagramWriter newWriter();

  /** Ends both directions. Any thread, and soon, not at once; later calls do nothing. */
  void close(String why);

  /** What went through so far. */
  DatagramStats stats();
}
