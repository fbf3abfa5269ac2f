package dev.ahti.bench;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * The primitive exchanges that workloads are made of. One exchange at a time. Each verifies the
 * bytes that come back, and fails its result with {@link BenchException} when they are wrong.
 */
public interface BenchSession extends AutoCloseable {
  /** Sends {@code bytes} of {@link Pattern} on one stream to a sink; gives the sink's receipt. */
  CompletionStage<Receipt> upload(long bytes);

  /** Asks a source for {@code bytes} on one stream; gives what came. */
  CompletionStage<Receipt> download(long bytes);

  /**
   * Opens {@code count} bidirectional streams, {@code window} at a time. Each sends {@code size}
   * bytes and FIN and ends when the echo and its FIN have come.
   */
  CompletionStage<Done> exchangeStreams(int count, int window, int size);

  /**
   * {@code count} round trips of {@code size} bytes on one stream; gives each one's nanoseconds.
   */
  CompletionStage<long[]> pingPong(int count, int size);

  /**
   * Sends {@code window.count()} datagrams of {@code size} bytes as the window allows and counts
   * their echoes. Completes when each was echoed or given up.
   */
  CompletionStage<Done> exchangeDatagrams(DatagramWindow window, int size);

  /** Ends the session and its connection. */
  @Override
  void close();
}
