package dev.ahti.engine.dialect;

import dev.ahti.engine.dialect.DialectNegotiation.Chosen;
import dev.ahti.engine.dialect.DialectNegotiation.Refused;
import dev.ahti.engine.dialect.DialectNegotiation.Result;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Fields;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether two endpoints have sessions over HTTP/2: {@link DialectNegotiation} for the other binding
 * (draft-ietf-webtrans-http2-15 3). There is one dialect; the server's settings say whether it is
 * on. Codes of streams are those of HTTP/3, as everywhere in the engine: the transport has their
 * counterparts.
 */
public final class Http2Negotiation {
  /** The status for a field of the request that cannot be read. */
  private static final int BAD_REQUEST_STATUS = 400;

  private Http2Negotiation() {}

  /**
   * The dialect of a request, on the server. Clients announce nothing.
   *
   * @param token the request's {@code :protocol}
   * @param request the whole request
   * @param strongTls whether TLS is as strong as sessions demand; otherwise the request is
   *     malformed
   */
  public static Result server(
      String token, Fields request, boolean strongTls, DialectPolicy policy) {
    if (!token.equals(Dialect.LEGACY_TOKEN)) {
      return refused(DialectNegotiation.UNKNOWN_PROTOCOL_STATUS, "unknown protocol");
    }
    if (!strongTls) {
      Violation weak =
          Violation.session(
              Http3ErrorCode.H3_MESSAGE_ERROR,
              "TLS is too weak for sessions (expected: TLS 1.3)",
              "draft-ietf-webtrans-http2-15 3.1");
      return new Refused(weak.message(), OptionalInt.empty(), Optional.of(weak));
    }
    if (WebTransportInit.read(request).isEmpty()) {
      return refused(BAD_REQUEST_STATUS, WebTransportInit.NAME + " cannot be read");
    }
    return new Chosen(policy.http2Dialect());
  }

  private static Refused refused(int status, String reason) {
    return new Refused(reason, OptionalInt.of(status), Optional.empty());
  }

  /**
   * The dialect of a connection, on the client.
   *
   * @param peerSettings the server's settings, with valid values
   * @param strongTls whether TLS is as strong as sessions demand; otherwise no request is sent
   */
  public static Result client(
      Map<Long, Long> peerSettings, boolean strongTls, DialectPolicy policy) {
    Http2Settings server =
        Http2Settings.INITIAL.with(peerSettings, true, policy.http2()).settings();
    if (!server.offersSessions(policy.http2())) {
      return none("does not offer WebTransport over HTTP/2");
    }
    return strongTls
        ? new Chosen(policy.http2Dialect())
        : none("has no TLS that is strong enough for sessions (expected: TLS 1.3)");
  }

  private static Refused none(String what) {
    return new Refused("the server " + what, OptionalInt.empty(), Optional.empty());
  }
}
