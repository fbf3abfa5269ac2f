package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStream;
import org.apache.pekko.annotation.InternalApi;

/**
 * What the API's own packages see of a session and its streams that applications do not. Any
 * thread.
 */
@InternalApi
public final class SessionAccess {
  private SessionAccess() {}

  /** The engine of its actor system. */
  public static Ahti ahti(WebTransport session) {
    return ours(session).ahti();
  }

  /** The dispatcher of an established session's loop. */
  public static String dispatcher(WebTransport session) {
    return ours(session).require().loop().dispatcherId();
  }

  /** Whether it was this side that ended the session, in order. */
  public static boolean closedHere(WebTransport session) {
    return ours(session).status().isClosedHere();
  }

  /** The stream's id on its connection. */
  public static long id(WebTransportReceiveStream stream) {
    return ((ReceiveStream) stream).handle().port().id();
  }

  /** The stream's id on its connection. */
  public static long id(WebTransportSendStream stream) {
    return handle(stream).port().id();
  }

  /** Whether the stream ended because the peer asked to stop. */
  public static boolean stopped(WebTransportSendStream stream) {
    return handle(stream).port().ended() instanceof WriteEnd.Stopped;
  }

  private static StreamHandle handle(WebTransportSendStream stream) {
    return ((SendStream) stream).handle();
  }

  private static ApiSession ours(WebTransport session) {
    return (ApiSession) session;
  }
}
