package dev.ahti.engine.spi;

import java.util.concurrent.Executor;
import org.apache.pekko.stream.Materializer;

/**
 * The single thread that a connection's channels, ports, stages and actors share.
 *
 * <p>Code that runs here must not block: while it does, no byte of any connection on this loop
 * moves. Work handed in from the loop itself runs before the transport flushes the packets of the
 * current read batch, so an answer leaves in the same flight as the question came.
 */
public interface StreamLoop extends Executor {

  /** Whether the caller is running on this loop. */
  boolean inLoop();

  /**
   * Runs a task on the loop, in the order of the calls.
   *
   * @param task must not block and must not throw; what it throws is logged and nothing else stops
   */
  @Override
  void execute(Runnable task);

  /** The id of the Pekko dispatcher whose executor is this loop, for spawning actors on it. */
  String dispatcherId();

  /** A materializer whose stages run on this loop; it lives as long as the loop does. */
  Materializer materializer();

  /**
   * The loop's clock in nanoseconds, comparable with itself only; virtual in the test transport.
   */
  long nanoTime();
}
