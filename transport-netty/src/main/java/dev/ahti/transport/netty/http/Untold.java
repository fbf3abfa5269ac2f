package dev.ahti.transport.netty.http;

import dev.ahti.engine.spi.TransportEvent;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * What has happened on a connection that the engine does not drive yet. A connection of somebody
 * else's server may never have a session, so the engine hears of it with the first thing that one
 * needs, and then of all that came before.
 *
 * <p>Bounded: there is a request or a stream in it for each that the peer has opened, for which
 * QUIC and HTTP/2 have limits. Loop only.
 */
public final class Untold {
  private final Runnable wanted;
  private final ArrayDeque<TransportEvent> events = new ArrayDeque<>();
  private TransportEvent.@Nullable PeerSettings settings;
  private TransportEvent.@Nullable PeerGoAway goAway;
  private boolean asked;

  /**
   * Nothing yet.
   *
   * @param wanted is called once, when there is something that the engine has to see to
   */
  public Untold(Runnable wanted) {
    this.wanted = wanted;
  }

  /** Something happened. */
  public void add(TransportEvent event) {
    if (event instanceof TransportEvent.PeerSettings all) {
      settings = all;
    } else if (event instanceof TransportEvent.PeerGoAway last) {
      goAway = last;
    } else if (event instanceof TransportEvent.RequestReceived
        || event instanceof TransportEvent.StreamArrived) {
      events.add(event);
      if (!asked) {
        asked = true;
        wanted.run();
      }
    }
  }

  /** Somebody is there who hears it. */
  public void tellTo(ActorRef<TransportEvent> actor) {
    if (settings != null) {
      actor.tell(settings);
    }
    if (goAway != null) {
      actor.tell(goAway);
    }
    events.forEach(actor::tell);
    forget();
  }

  /**
   * Nobody will hear of it.
   *
   * @param reject refuses a request
   */
  public void refuse(LongConsumer reject) {
    for (TransportEvent event : events) {
      if (event instanceof TransportEvent.RequestReceived request) {
        reject.accept(request.id());
      }
    }
    forget();
  }

  private void forget() {
    settings = null;
    goAway = null;
    events.clear();
  }
}
