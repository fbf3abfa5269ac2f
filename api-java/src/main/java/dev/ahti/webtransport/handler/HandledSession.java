package dev.ahti.webtransport.handler;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.WebTransportInfo;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A session that a {@link SessionProgram} runs. Any thread.
 *
 * @param ref may be passed around the application: takes commands and messages from anywhere
 * @param webTransport the session itself, for statistics, send groups and the like. Its incoming
 *     streams and datagrams are taken by the program, those that it opens belong to who opened them
 */
public record HandledSession(ActorRef<SessionMessage> ref, WebTransport webTransport) {

  /** What is known of the session: the request, the draft, the peer. */
  public WebTransportInfo info() {
    return webTransport.info();
  }

  /** The path that the client asked for, without the query. */
  public String path() {
    return info().pathOnly();
  }

  /** The query that the client asked with, without its question mark; empty when there is none. */
  public String query() {
    return info().query();
  }

  /** The request's headers, without pseudo headers and origin. */
  public WebTransportHeaders headers() {
    return info().requestHeaders();
  }

  /** Tells the program a message of the application. */
  public void tell(Object message) {
    ref.tell(new SessionMessage.Info(message));
  }
}
