package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.impl.Dialling;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/**
 * What is decided about a request for a session: {@link #accept} or {@link #refuse}. Immutable:
 * each {@code with…} gives a changed copy.
 */
public sealed interface WebTransportAnswer {

  /** Opens the session and hands it to this handler. */
  static Accept accept(SessionHandler handler) {
    return new Accept(
        requireNonNull(handler, "handler"), Optional.empty(), WebTransportHeaders.EMPTY);
  }

  /**
   * Opens no session.
   *
   * @param status 400 to 599, such as 401 or 403
   * @throws IllegalArgumentException for another status
   */
  static Refuse refuse(int status) {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("status: " + status + " (expected: 400 to 599)");
    }
    return new Refuse(status, WebTransportHeaders.EMPTY, "", ByteString.emptyByteString());
  }

  /** As the result of a function that needs no time. */
  default CompletionStage<WebTransportAnswer> now() {
    return CompletableFuture.completedFuture(this);
  }

  /** A session will be opened. */
  final class Accept implements WebTransportAnswer {
    private final SessionHandler handler;
    private final Optional<String> protocol;
    private final WebTransportHeaders headers;

    private Accept(SessionHandler handler, Optional<String> protocol, WebTransportHeaders headers) {
      this.handler = handler;
      this.protocol = protocol;
      this.headers = headers;
    }

    /**
     * Speaks this protocol, whatever the route would choose.
     *
     * @param protocol one of {@link WebTransportRequest#protocols()}; with another one the session
     *     is refused with 500
     */
    public Accept withProtocol(String protocol) {
      return new Accept(handler, Optional.of(protocol), headers);
    }

    /**
     * Answers with these headers, behind those of the route ({@link
     * WebTransportRoute#withResponseHeaders}, which has their rules and limits).
     */
    public Accept withHeaders(WebTransportHeaders values) {
      return new Accept(handler, protocol, checked(values));
    }

    SessionHandler handler() {
      return handler;
    }

    Optional<String> protocol() {
      return protocol;
    }

    WebTransportHeaders headers() {
      return headers;
    }
  }

  /** No session will be opened. */
  final class Refuse implements WebTransportAnswer {
    private final int status;
    private final WebTransportHeaders headers;
    private final String contentType;
    private final ByteString body;

    private Refuse(int status, WebTransportHeaders headers, String contentType, ByteString body) {
      this.status = status;
      this.headers = headers;
      this.contentType = contentType;
      this.body = body;
    }

    /**
     * Answers with these headers, such as {@code www-authenticate} or {@code retry-after}. Their
     * rules and limits are those of {@link WebTransportRoute#withResponseHeaders}.
     */
    public Refuse withHeaders(WebTransportHeaders values) {
      return new Refuse(status, checked(values), contentType, body);
    }

    /**
     * Says why, to programs: browsers show a page nothing of it.
     *
     * @param text in UTF-8 at most 16 KiB
     * @throws IllegalArgumentException if it is longer
     */
    public Refuse withBody(String text) {
      return withBody(
          "text/plain; charset=utf-8", ByteString.fromString(text, StandardCharsets.UTF_8));
    }

    /**
     * The same with another type of content.
     *
     * @param contentType such as {@code application/json}
     * @param bytes at most 16 KiB: they are held until the client has taken them
     * @throws IllegalArgumentException if they are more
     */
    public Refuse withBody(String contentType, ByteString bytes) {
      if (bytes.length() > LONGEST_BODY) {
        throw new IllegalArgumentException(
            "body: " + bytes.length() + " bytes (expected: at most " + LONGEST_BODY + ")");
      }
      Optional<String> fault = Dialling.valueFault("content-type", contentType);
      if (fault.isPresent()) {
        throw new IllegalArgumentException(fault.get());
      }
      return new Refuse(status, headers, contentType, bytes);
    }

    int status() {
      return status;
    }

    WebTransportHeaders headers() {
      return headers;
    }

    String contentType() {
      return contentType;
    }

    ByteString body() {
      return body;
    }
  }

  /** Bytes of the body of a refusal. */
  int LONGEST_BODY = 16 * 1024;

  private static WebTransportHeaders checked(WebTransportHeaders values) {
    for (Map.Entry<String, String> entry : values.entries()) {
      Dialling.requireHeader(entry.getKey(), entry.getValue());
    }
    return values;
  }
}
