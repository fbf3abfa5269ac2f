package dev.ahti.transport.netty;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A session on a connection of its own that echoes all the time: whatever happens elsewhere is
 * nothing to it, so that its echoes are as quick as ever.
 */
final class Bystander implements AutoCloseable {
  private static final long PAUSE_NANOS = 2_000_000;

  private final RawSession wire;
  private final SessionHandle session;
  private final Thread thread = new Thread(this::run, "bystander");
  private final AtomicLong echoes = new AtomicLong();
  private final AtomicLong slowest = new AtomicLong();
  private volatile boolean stopped;
  private volatile Throwable failure;

  Bystander(EngineNet net, int serverPort) {
    wire = RawSession.begin(net, Role.SERVER, Draft.D16, serverPort).settings();
    session = wire.session();
    thread.start();
  }

  private void run() {
    try {
      while (!stopped) {
        long began = System.nanoTime();
        wire.echoes(session);
        slowest.accumulateAndGet(System.nanoTime() - began, Math::max);
        echoes.incrementAndGet();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (Throwable broken) {
      failure = broken;
    }
  }

  /** Waits for two more echoes: at least one of them began after this call. */
  void goesOn() {
    long before = echoes.get();
    PortProbe.await(() -> failure != null || echoes.get() >= before + 2);
    if (failure != null) {
      throw new AssertionError("the bystander was disturbed", failure);
    }
  }

  /** The longest an echo took since the last call, in nanoseconds. */
  long slowestNanos() {
    return slowest.getAndSet(0);
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.join();
    wire.close();
  }
}
