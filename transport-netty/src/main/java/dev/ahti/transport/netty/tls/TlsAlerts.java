package dev.ahti.transport.netty.tls;

import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import java.nio.charset.StandardCharsets;

/** TLS alerts inside QUIC's error codes (RFC 9001 section 4.8), in words. */
public final class TlsAlerts {
  /** The QUIC error of the alert that a certificate is over, or not valid yet. */
  public static final int CERTIFICATE_EXPIRED = 0x100 + 45;

  private static final int FIRST = 0x100;
  private static final int LAST = 0x1ff;

  private TlsAlerts() {}

  /** What a QUIC transport error says; alerts by their names in RFC 8446 section 6. */
  public static String describe(int quicError) {
    if (quicError < FIRST || quicError > LAST) {
      return "QUIC error " + quicError;
    }
    int alert = quicError - FIRST;
    return "the TLS handshake was refused with alert " + alert + " (" + name(alert) + ")";
  }

  /** What a peer's close of a connection says, with the text that came with it. */
  public static String describe(QuicConnectionCloseEvent close) {
    String what =
        close.isApplicationClose()
            ? "the peer closed the connection with 0x" + Integer.toHexString(close.error())
            : describe(close.error());
    String text = new String(QuicAccess.reason(close), StandardCharsets.UTF_8);
    return text.isEmpty() ? what : what + ": " + text;
  }

  private static String name(int alert) {
    return switch (alert) {
      case 10 -> "unexpected_message";
      case 40 -> "handshake_failure";
      case 42 -> "bad_certificate";
      case 43 -> "unsupported_certificate";
      case 44 -> "certificate_revoked";
      case 45 -> "certificate_expired";
      case 46 -> "certificate_unknown";
      case 47 -> "illegal_parameter";
      case 48 -> "unknown_ca";
      case 49 -> "access_denied";
      case 50 -> "decode_error";
      case 51 -> "decrypt_error";
      case 70 -> "protocol_version";
      case 71 -> "insufficient_security";
      case 80 -> "internal_error";
      case 109 -> "missing_extension";
      case 112 -> "unrecognized_name";
      case 116 -> "certificate_required";
      case 120 -> "no_application_protocol";
      default -> "see RFC 8446";
    };
  }
}
