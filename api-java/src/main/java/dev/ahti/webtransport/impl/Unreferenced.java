package dev.ahti.webtransport.impl;

import java.lang.ref.Cleaner;

/**
 * Ends sessions that nobody references any more (W3C WebTransport, section 6.8). One thread for the
 * JVM, which sleeps while no session is found unreferenced.
 */
final class Unreferenced {
  private static final Cleaner CLEANER =
      Cleaner.create(
          task -> {
            Thread thread = new Thread(task, "ahti-unreferenced-sessions");
            thread.setDaemon(true);
            return thread;
          });

  private Unreferenced() {}

  /**
   * Tells the state when its session is unreachable.
   *
   * @param state must not reach the session itself
   */
  static void tell(ApiSession session, ApiState state) {
    CLEANER.register(session, state::unreferenced);
  }
}
