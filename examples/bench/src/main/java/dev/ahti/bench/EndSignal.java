package dev.ahti.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * While open, SIGINT and SIGTERM interrupt the thread that opened it instead of ending the JVM: a
 * command then ends in order and with exit code 0, where the JVM's own answer is a code above 128.
 */
public final class EndSignal implements AutoCloseable {
  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

  private EndSignal() {}

  /** Takes the signals over, for the calling thread. */
  public static EndSignal open() {
    EndSignal end = new EndSignal();
    Thread runner = Thread.currentThread();
    for (String name : new String[] {"INT", "TERM"}) {
      Signal signal = new Signal(name);
      end.before.put(signal, Signal.handle(signal, received -> runner.interrupt()));
    }
    return end;
  }

  @Override
  public void close() {
    before.forEach(Signal::handle);
  }
}
