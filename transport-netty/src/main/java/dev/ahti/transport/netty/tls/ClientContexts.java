package dev.ahti.transport.netty.tls;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.spi.ClientTls;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Contexts for clients that are kept: making one reads a trust store, and it holds the tickets of
 * sessions before. The one used least recently is given up. Any thread.
 *
 * @param <C> a context of the TLS library
 */
final class ClientContexts<C> {
  private final Map<ClientTls, C> kept;
  private final Counter made;
  private final Function<ClientTls, C> make;
  private final Consumer<C> giveUp;
  private boolean closed;

  /**
   * @param most contexts that are kept
   * @param made counts those that were made
   * @param giveUp is told of each that is not kept any more
   */
  ClientContexts(int most, Counter made, Function<ClientTls, C> make, Consumer<C> giveUp) {
    this.kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<ClientTls, C> eldest) {
            boolean tooMany = size() > most;
            if (tooMany) {
              giveUp.accept(eldest.getValue());
            }
            return tooMany;
          }
        };
    this.made = made;
    this.make = make;
    this.giveUp = giveUp;
  }

  /**
   * What is made with the context of clients that do this; it is not given up meanwhile.
   *
   * @throws IllegalStateException after the end
   */
  synchronized <T> T with(ClientTls tls, Function<C, T> use) {
    if (closed) {
      throw new IllegalStateException("the transport has ended");
    }
    C context = kept.get(tls);
    if (context == null) {
      made.increment();
      context = make.apply(tls);
      kept.put(tls, context);
    }
    return use.apply(context);
  }

  /** Forgets the tickets of these clients: the next one begins anew. */
  synchronized void forget(ClientTls tls) {
    C context = kept.remove(tls);
    if (context != null) {
      giveUp.accept(context);
    }
  }

  /** Gives all up, and makes none any more: nobody would give it back. */
  synchronized void close() {
    closed = true;
    kept.values().forEach(giveUp);
    kept.clear();
  }
}
