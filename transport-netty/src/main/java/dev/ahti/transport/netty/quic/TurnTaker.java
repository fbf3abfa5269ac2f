package dev.ahti.transport.netty.quic;

/** One who writes when it is its turn among those of its connection. Loop only. */
public interface TurnTaker {
  /** There is nothing to write, or nothing that may be written yet. */
  long NOTHING = 0;

  /** QUIC takes nothing. */
  long NO_ROOM = -1;

  /** The limit of the session is reached. */
  long LIMITED = -2;

  /** The session it belongs to. */
  long session();

  /** How many bytes QUIC takes of it now; negative when it takes none any more. */
  long capacity();

  /** How many packets of the connection have come, or -1 where that is not known. */
  long packetsReceived();

  /**
   * Writes something, if there is something to write and QUIC takes it.
   *
   * @param capacity what QUIC takes, as {@link #capacity} says, or less
   * @return the bytes written, or why there are none: {@link #NOTHING}, {@link #NO_ROOM}, {@link
   *     #LIMITED}
   */
  long writeTurn(long capacity);

  /**
   * Leaves a few bytes with Netty, which tells when they are taken, and when the peer stops.
   *
   * @return as {@link #writeTurn}: above zero when QUIC took them at once after all
   */
  long park();

  /** How many bytes were left with Netty the last time. */
  int parkedBytes();

  /** Whether Netty has bytes that QUIC does not take; until it does, nothing more is written. */
  boolean isParked();

  /** Whether it has something to write that needs no more credit of its session. */
  boolean needsNoCredit();
}
