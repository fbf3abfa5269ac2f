package dev.ahti.bench;

import java.util.concurrent.CompletionStage;

/** A client of one {@link Side}; every session it opens has a connection of its own. */
public interface BenchClient extends AutoCloseable {
  /** Connects to the server's {@code behaviour}. */
  CompletionStage<BenchSession> open(Behaviour behaviour);

  /** Stops the client and what it still has open, within a few seconds. */
  @Override
  void close();
}
