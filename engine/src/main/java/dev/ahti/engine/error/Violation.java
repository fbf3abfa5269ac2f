package dev.ahti.engine.error;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A rule of the protocol that the peer broke, as a value.
 *
 * <p>Decoders and state machines return it; whoever owns the {@link #scope()} executes it by
 * resetting or closing with {@link #code()}.
 *
 * @param scope what has to end
 * @param code the HTTP/3 error code to put on the wire, 0 to 2^62-1; over HTTP/2 {@link
 *     Http2ErrorCode#ofHttp3} makes its own of it
 * @param message the offending value and the expectation, for logs; never payload bytes
 * @param section the text that holds the rule, such as {@code "RFC 9297 3.3"}
 */
public record Violation(Scope scope, long code, String message, String section) {
  public Violation {
    requireNonNull(scope, "scope");
    requireNonNull(message, "message");
    requireNonNull(section, "section");
    if (code < 0) {
      throw new IllegalArgumentException("code: " + code + " (expected: >= 0)");
    }
  }

  /** A violation that ends the connection. */
  public static Violation connection(long code, String message, String section) {
    return new Violation(Scope.CONNECTION, code, message, section);
  }

  /** A violation that ends one session. */
  public static Violation session(long code, String message, String section) {
    return new Violation(Scope.SESSION, code, message, section);
  }

  /** A violation that ends one stream. */
  public static Violation stream(long code, String message, String section) {
    return new Violation(Scope.STREAM, code, message, section);
  }

  /** The violation in one line, with the code in hexadecimal and its name if it has one. */
  @Override
  public String toString() {
    Optional<String> name =
        Http3ErrorCode.nameOf(code).or(() -> WebTransportErrorCode.nameOf(code));
    return String.format(
        "%s 0x%x%s: %s (%s)", scope, code, name.map(n -> " " + n).orElse(""), message, section);
  }
}
