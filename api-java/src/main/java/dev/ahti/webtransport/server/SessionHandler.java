package dev.ahti.webtransport.server;

import dev.ahti.webtransport.WebTransport;

/** What an application does with a session that a server accepted. */
@FunctionalInterface
public interface SessionHandler {

  /**
   * Called once for each accepted session, on its connection's event loop: must not block. Usually
   * it runs the session's streams with {@link WebTransport#materializer()}.
   *
   * @throws Exception ends this session, and no other, with the code {@code
   *     ahti.session.handler-failure-code}; the failure is logged
   */
  void onSession(WebTransport session) throws Exception;
}
