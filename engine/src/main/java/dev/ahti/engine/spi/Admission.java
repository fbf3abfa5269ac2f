package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which clients a listener lets in. A transport asks before a client costs it a handshake, on any
 * of its loops; the answers come at once.
 */
public interface Admission {

  /** Lets everybody in. */
  Admission OPEN =
      new Admission() {
        @Override
        public boolean mayConnect(InetSocketAddress from, boolean proven) {
          return true;
        }

        @Override
        public Runnable connected(InetSocketAddress from) {
          return () -> {};
        }
      };

  /**
   * A client wants to connect; counts as an attempt.
   *
   * @param proven whether it is known to receive at this address: by TCP's handshake, or the token
   *     of a Retry packet. One that has not proven it may be let in when it has
   */
  boolean mayConnect(InetSocketAddress from, boolean proven);

  /**
   * A connection is there, if only in its handshake.
   *
   * @return to be run once when it is gone; null when there is no room for it
   */
  @Nullable Runnable connected(InetSocketAddress from);
}
