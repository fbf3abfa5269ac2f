package dev.ahti.engine.actor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the dialer, from the dial to the end of its actor. What it knows of the free
 * places is what the connection said last; the connection itself has the last word, and gives back
 * the calls that it has no place for. Used inside the dialer only, but for {@link #isUnwanted}.
 */
final class DialedConnection {
  private final long number;
  private final Optional<PoolKey> key;
  private final Map<Long, DialCall> calls = new LinkedHashMap<>();
  private int places;
  private int occupied;
  private boolean closing;
  private @Nullable Future<?> dial;
  private @Nullable ActorRef<ConnectionActor.Command> actor;
  private volatile boolean unwanted;
  private String notConnected = "not connected";

  /**
   * @param key empty for the connection of one call
   * @param places how many sessions it is taken to have room for until it says so itself, which
   *     bounds the calls that wait for it
   */
  DialedConnection(long number, Optional<PoolKey> key, int places) {
    this.number = number;
    this.key = key;
    this.places = places;
  }

  long number() {
    return number;
  }

  /** Whether one more session may be asked of it. */
  boolean hasPlaceFor(PoolKey wanted) {
    return !closing && !unwanted && occupied < places && key.filter(wanted::equals).isPresent();
  }

  /** Gives it a call: at once, or when it is there. */
  void take(DialCall call) {
    occupied++;
    calls.put(call.number(), call);
    if (actor != null) {
      actor.tell(new ConnectionActor.Dial(call));
    }
  }

  /** What opens it; cancelled when nobody wants it any more. */
  void dialling(Future<?> opening) {
    dial = opening;
  }

  /** One of the versions of HTTP that are tried will not do; there are two at most. */
  void versionFailed(String why) {
    notConnected += "; " + why;
  }

  /** That it is not there, and why as far as is known: another version may still be awaited. */
  String notConnected() {
    return notConnected;
  }

  /** It is there, with the {@linkplain #calls calls} that waited for it. */
  void connected(ActorRef<ConnectionActor.Command> connection) {
    actor = connection;
  }

  boolean isConnected() {
    return actor != null;
  }

  /** The call has its session or its failure, or its caller gave up. */
  void settled(DialCall call) {
    boolean waited = calls.remove(call.number()) != null;
    if (!waited || !call.promise().isCompletedExceptionally()) {
      return;
    }
    if (actor != null) {
      actor.tell(new ConnectionActor.CallOff(call.number()));
    } else {
      occupied--;
      if (calls.isEmpty()) {
        giveUp();
      }
    }
  }

  /** The call goes elsewhere. */
  void forget(DialCall call) {
    calls.remove(call.number());
  }

  /** The calls that are not settled. */
  List<DialCall> calls() {
    return new ArrayList<>(calls.values());
  }

  void places(int allowed) {
    places = allowed;
  }

  void freed() {
    occupied--;
  }

  void closing() {
    closing = true;
  }

  /** Whether nobody waits for it any more, so that it need not be set up. Any thread. */
  boolean isUnwanted() {
    return unwanted;
  }

  /** The same, also when the news that the last caller has gone is still to come. */
  boolean isWantedByNobody() {
    return unwanted || calls.values().stream().allMatch(DialCall::isSettled);
  }

  /** Ends it, with all that it carries. */
  void shutDown() {
    closing = true;
    giveUp();
    if (actor != null) {
      actor.tell(ConnectionActor.Shutdown.NORMAL);
    }
  }

  private void giveUp() {
    unwanted = true;
    if (dial != null) {
      dial.cancel(false);
    }
  }
}
