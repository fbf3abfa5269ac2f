package dev.ahti.engine.schedule;

/**
 * Where a stream or a way to send datagrams stands among those of its session.
 *
 * <p>Groups share what the session may send as equals. Inside a group a higher order goes first,
 * strictly; equal orders share.
 *
 * @param group 0 for the session's own group, or the id of one that was made
 * @param order any number; higher goes first
 * @see <a href="https://www.w3.org/TR/webtransport/#sendstream-send-order">W3C WebTransport</a>
 */
public record SendPriority(long group, long order) {

  /** That of one for which nothing was said. */
  public static final SendPriority DEFAULT = new SendPriority(0, 0);
}
