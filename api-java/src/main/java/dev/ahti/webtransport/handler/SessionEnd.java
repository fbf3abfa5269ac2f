package dev.ahti.webtransport.handler;

/** How a session ended. */
public sealed interface SessionEnd {

  /**
   * It was closed in order.
   *
   * @param code the application's, 0 to 2^32-1
   * @param reason the application's text
   * @param byPeer whether it was the peer that closed it; a peer that just ends its side counts as
   *     code 0 without a reason
   */
  record Closed(long code, String reason, boolean byPeer) implements SessionEnd {}

  /** It ended abruptly: the connection was lost, the session was reset, its owner stopped. */
  record Lost(Throwable reason) implements SessionEnd {}

  /**
   * What runs it has stopped: a {@link SessionCommand.Stop}, an actor that stopped in order, or the
   * actor system that terminates. The peer sees code 0 and the reason.
   */
  record Stopped(String reason) implements SessionEnd {}

  /**
   * What runs it threw. The peer sees the code {@code ahti.session.handler-failure-code} and no
   * reason.
   */
  record Failed(Throwable cause) implements SessionEnd {}
}
