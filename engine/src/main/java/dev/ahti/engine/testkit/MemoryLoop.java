package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.engine.spi.StreamLoop;
import org.apache.pekko.stream.Materializer;
import org.jspecify.annotations.Nullable;

/**
 * The network's loop as one transport sees it. Two actor systems on one network share the thread;
 * each has its own dispatcher and materializer on it.
 */
final class MemoryLoop implements StreamLoop {
  private final VirtualLoop loop;
  private final @Nullable String dispatcherId;
  private final @Nullable Materializer materializer;

  /** Without an actor system. */
  MemoryLoop(VirtualLoop loop) {
    this.loop = loop;
    this.dispatcherId = null;
    this.materializer = null;
  }

  /** Registers the loop as a dispatcher; not from the loop itself. */
  MemoryLoop(VirtualLoop loop, String id, LoopDispatchers dispatchers) {
    this.loop = loop;
    this.dispatcherId = dispatchers.register(id, loop);
    this.materializer = dispatchers.materializer(dispatcherId);
  }

  VirtualLoop virtual() {
    return loop;
  }

  /** Runs a task now when the caller is on the loop, else behind what waits there. */
  void run(Runnable task) {
    if (loop.inLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  @Override
  public boolean inLoop() {
    return loop.inLoop();
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public String dispatcherId() {
    return known(dispatcherId);
  }

  @Override
  public Materializer materializer() {
    return known(materializer);
  }

  @Override
  public long nanoTime() {
    return loop.nanoTime();
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("a bare link has no actor system");
    }
    return value;
  }
}
