package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.DialectPolicy;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What binds a client's connection to the dialer that opened it.
 *
 * @param number the dialer's for this connection
 * @param dialects the drafts to speak on it
 * @param flow limits of its sessions
 * @param idleTimeout how long it outlives its last session; zero for the connection of one session
 * @param dialer is told of places that are free or not
 */
record ClientLink(
    long number,
    DialectPolicy dialects,
    FlowLimits flow,
    Duration idleTimeout,
    ActorRef<DialerActor.Command> dialer) {

  /** With the configured limits. */
  ClientLink(
      long number,
      DialectPolicy dialects,
      Duration idleTimeout,
      ActorRef<DialerActor.Command> dialer) {
    this(number, dialects, FlowLimits.CONFIGURED, idleTimeout, dialer);
  }

  /** It may have so many sessions at a time. */
  void places(int sessions) {
    dialer.tell(new DialerActor.Places(number, sessions));
  }

  /** A call has left a place: its session is gone, or it never began. */
  void freed() {
    dialer.tell(new DialerActor.Freed(number));
  }

  /** No further session can begin here. */
  void closing() {
    dialer.tell(new DialerActor.Closing(number));
  }

  /** A call that did not begin here has to go elsewhere; its place is free. */
  void giveBack(DialCall call, String why) {
    dialer.tell(new DialerActor.Returned(number, call.number(), why));
  }

  /** A call that the server did not look at has to go elsewhere; its place is freed later. */
  void unserved(DialCall call, String why) {
    dialer.tell(new DialerActor.Unserved(call.number(), why));
  }
}
