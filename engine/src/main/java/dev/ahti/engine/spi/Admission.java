package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import java.util.Optional;
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
        public Place connected(InetSocketAddress from) {
          return new Place(Optional.empty(), () -> {});
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
   * @return what it has until it is gone; null when there is no room for it
   */
  @Nullable Place connected(InetSocketAddress from);

  /**
   * What a connection has of a listener.
   *
   * @param levels what those of its prefix hold; empty where prefixes are not told apart
   * @param gone to be run once when the connection is gone
   */
  record Place(Optional<PrefixLevels> levels, Runnable gone) {}
}
