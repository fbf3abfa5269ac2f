package dev.ahti.cli;

import io.netty.util.LeakPresenceDetector;

/**
 * {@link Main} with a look at the end whether a buffer is left. Commands end their actor systems,
 * and a system's loops give back what they hold a moment after its last actor.
 */
final class CheckedMain {
  /** The exit code when a buffer is left. */
  static final int LEAK = 99;

  /** The signals of this process, for {@link SignalAtStart}. */
  static final EndSignal END = EndSignal.install();

  private CheckedMain() {}

  public static void main(String[] args) throws InterruptedException {
    int code = Main.commandLine(END).execute(args);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("ahti-loop")) {
        thread.join();
      }
    }
    try {
      LeakPresenceDetector.check();
    } catch (IllegalStateException leak) {
      System.err.println(leak.getMessage());
      System.exit(LEAK);
    }
    System.exit(code);
  }
}
