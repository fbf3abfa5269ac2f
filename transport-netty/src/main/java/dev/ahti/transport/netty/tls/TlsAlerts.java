package dev.ahti.transport.netty.tls;

import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** TLS alerts inside QUIC's error codes (RFC 9001 section 4.8), in words. */
public final class TlsAlerts {
  /** The QUIC error of the alert that a certificate is over, or not valid yet. */
  public static final int CERTIFICATE_EXPIRED = 0x100 + 45;

  private static final int FIRST = 0x100;
  private static final int LAST = 0x1ff;

  /** An alert of the peer in the words of BoringSSL or of the JDK. */
  private static final Pattern ALERT =
      Pattern.compile("(?:alert:|(?:tlsv1|sslv3)_alert_)\\s*([a-z_]+)");

  private TlsAlerts() {}

  /** What a QUIC transport error says; alerts by their names in RFC 8446 section 6. */
  public static String describe(int quicError) {
    if (quicError < FIRST || quicError > LAST) {
      return "QUIC error " + quicError;
    }
    int alert = quicError - FIRST;
    return "the TLS handshake was refused with alert " + alert + " (" + name(alert) + ")";
  }

  /**
   * What a failure of TLS over TCP says: of an alert of the peer the name, which each library puts
   * into a text of its own.
   */
  public static String describe(SSLException failure) {
    String text = String.valueOf(failure.getMessage());
    Matcher alert = ALERT.matcher(text.toLowerCase(Locale.ROOT));
    if (alert.find()) {
      for (int code = 0; code <= LAST - FIRST; code++) {
        if (name(code).equals(alert.group(1))) {
          return describe(FIRST + code);
        }
      }
    }
    return "TLS failed: " + text;
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
