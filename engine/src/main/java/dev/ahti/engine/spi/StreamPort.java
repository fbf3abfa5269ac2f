package dev.ahti.engine.spi;

import dev.ahti.engine.wire.StreamKind;

/**
 * One stream of the transport, without its WebTransport header: payload moves between a stage and
 * this port and never waits in a mailbox.
 *
 * <p>A unidirectional stream has one half only; the other is ended from the start. Codes are those
 * of the wire: the dialect maps them to the application's. Transport calls, flushes and wake-ups
 * happen on {@link #loop()}; the methods may be called from any thread unless they say otherwise.
 */
public interface StreamPort extends ReadPort, WritePort {

  /** The stream's id on its connection, as the binding counts (for HTTP/3 the QUIC stream id). */
  long id();

  /** Whether it has one half or two. */
  StreamKind kind();

  /** Whether this endpoint opened it. */
  boolean local();

  /** Where its events happen. */
  StreamLoop loop();

  /**
   * Binds the stream to the flow control of its session, from now on and with what came already. To
   * be called before anything is requested or offered, and at most once; a stream that is not bound
   * has the transport's limits alone.
   */
  void flow(SessionFlow flow);

  /**
   * Sets the one who is told, on the loop, of each half's end. What happened before is told at
   * once, so nothing is missed.
   */
  void observe(PortObserver observer);

  /** What went through so far. Exact on the loop, a recent value elsewhere. */
  PortStats stats();
}
