package dev.ahti.webtransport.handler;

import java.util.List;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** What is told the events of one session, inside its {@link SessionHost}. */
interface Program {

  /** Makes one for a session that is established. */
  @FunctionalInterface
  interface Factory {

    /**
     * Called once a session, in its host.
     *
     * @throws Exception ends the session as a failed callback does
     */
    Program start(ActorContext<SessionMessage> context, HandledSession session) throws Exception;
  }

  /**
   * Something happened.
   *
   * @return what is to be done
   * @throws Exception ends the session
   */
  List<SessionCommand> on(SessionEvent event) throws Exception;

  /**
   * Whether it says when it has dealt with what came; otherwise it has when {@link #on} returns.
   */
  boolean acknowledges();

  /** Whether it goes on for a while behind the last event, and the host has to wait for its end. */
  boolean outlivesEvents();
}
