package dev.ahti.engine.mux;

import dev.ahti.engine.schedule.SendPriority;

/**
 * One who sends datagrams in turn with the streams of its session. Made by {@link
 * StreamMux#addDatagrams}, and known to that one alone. It says of one datagram at a time that it
 * waits.
 */
public final class DatagramSender extends Sender {
  private static final int NONE = -1;

  private int length = NONE;

  DatagramSender(SendPriority priority) {
    super(priority);
  }

  /** A datagram of so many bytes is next. */
  void waits(int bytes) {
    length = bytes;
  }

  void waitsNot() {
    length = NONE;
  }

  /** The bytes of the datagram that waits; below 0 when none does. */
  int length() {
    return length;
  }

  @Override
  boolean needsNoCredit() {
    return length != NONE;
  }
}
