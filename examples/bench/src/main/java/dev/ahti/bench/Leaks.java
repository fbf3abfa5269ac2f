package dev.ahti.bench;

import io.netty.util.LeakPresenceDetector;

/**
 * Buffers of Netty that nobody gave back. They are counted where the JVM was started with {@code
 * -Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector}, which costs time.
 */
final class Leaks {
  private static final String DETECTOR = "io.netty.customResourceLeakDetector";

  private Leaks() {}

  /** The argument for a JVM that counts. */
  static String jvmArgument() {
    return "-D" + DETECTOR + "=" + LeakPresenceDetector.class.getName();
  }

  /**
   * Looks, when everything is closed.
   *
   * @throws BenchException if there are any
   */
  static void check() {
    if (LeakPresenceDetector.class.getName().equals(System.getProperty(DETECTOR))) {
      try {
        LeakPresenceDetector.check();
      } catch (IllegalStateException leak) {
        throw new BenchException("buffers were not given back: " + leak.getMessage(), leak);
      }
    }
  }
}
