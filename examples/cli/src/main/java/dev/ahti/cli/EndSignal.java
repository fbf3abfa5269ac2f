package dev.ahti.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * Waits for the signal that asks the process to end, so that a command can end in order and with
 * exit code 0; the JVM's own answer would be a code above 128.
 */
final class EndSignal {
  private final CountDownLatch received = new CountDownLatch(1);

  private EndSignal() {}

  /** Takes over SIGINT and SIGTERM for the rest of the process's life. */
  static EndSignal install() {
    EndSignal end = new EndSignal();
    Signal.handle(new Signal("INT"), signal -> end.received.countDown());
    Signal.handle(new Signal("TERM"), signal -> end.received.countDown());
    return end;
  }

  /** Blocks until one came. */
  void await() throws InterruptedException {
    received.await();
  }
}
