package dev.ahti.engine.actor;

import dev.ahti.engine.spi.TransportCommand.RequestStarted;
import dev.ahti.engine.spi.TransportEvent.RequestReceived;
import dev.ahti.engine.spi.TransportEvent.ResponseReceived;
import java.time.Duration;
import java.util.Map;

/** What a connection does as a server or as a client; called by its actor. */
interface ConnectionRole {

  /**
   * The peer's SETTINGS came, with valid values; over HTTP/2 perhaps not for the first time. What
   * runs never changes by them.
   */
  void onSettings(Map<Long, Long> settings);

  /**
   * A request came while the connection drains.
   *
   * @return whether it is answered; it is rejected otherwise
   */
  default boolean onRequestWhileDraining(RequestReceived request) {
    return false;
  }

  /** A request came, perhaps before the SETTINGS. */
  void onRequest(RequestReceived request);

  /** A request that found no room comes again; now it is answered, one way or the other. */
  void onReconsidered(RequestReceived request);

  /** A router has decided about a request, or there is no need to any more. */
  default void onDecided(ConnectionActor.Decided decided) {}

  /** The request we asked for is on its way, or not. */
  void onStarted(RequestStarted started);

  /** An answer to our request came. */
  void onResponse(ResponseReceived response);

  /** The dialer wants a session. */
  void onDial(DialCall call);

  /** Nobody waits for the session of a call any more. */
  void onCallOff(long call);

  /**
   * The peer sent GOAWAY; the sessions learn it elsewhere.
   *
   * @param id the first request, or push, that it does not serve
   */
  void onPeerGoAway(long id);

  /** The connection should get no more sessions; those it has are asked to wind up. */
  void onWornOut(String why);

  /** The connection takes no more requests, and goes on until its sessions have ended. */
  void onDraining();

  /**
   * An answer that opened no session is out, or lost.
   *
   * @param ofStream whether its body was a stream
   */
  default void onAnswerSent(boolean ofStream) {}

  /** Whether a request waits for its decision, or was not answered to the end. */
  default boolean isAnswering() {
    return false;
  }

  /**
   * How much of this time is left since the last answer that opened no session was out.
   *
   * @return zero when all of it has passed, or there was none
   */
  default Duration sinceAnswer(Duration time) {
    return Duration.ZERO;
  }

  /** A session's actor has stopped, while the connection goes on. */
  void onSessionGone(long id);

  /** The connection takes no more requests and will close. */
  void onClosing(String why);
}
