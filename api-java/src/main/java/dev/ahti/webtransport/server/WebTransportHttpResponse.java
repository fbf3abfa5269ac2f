package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.impl.Dialling;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * An answer to a request that asks for no session. Immutable: each {@code with…} gives a changed
 * copy. To a HEAD goes all of it but the body.
 */
public final class WebTransportHttpResponse {
  private final int status;
  private final WebTransportHeaders headers;
  private final String contentType;
  private final Body body;

  /** What is sent behind the header. */
  sealed interface Body {

    /** It is all there. */
    record Bytes(ByteString bytes) implements Body {}

    /**
     * It comes as the client takes it.
     *
     * @param length if it is known
     */
    record Streamed(Source<ByteString, ?> bytes, OptionalLong length) implements Body {}
  }

  private WebTransportHttpResponse(
      int status, WebTransportHeaders headers, String contentType, Body body) {
    this.status = status;
    this.headers = headers;
    this.contentType = contentType;
    this.body = body;
  }

  /**
   * Without headers and body.
   *
   * @param status 200 to 599
   * @throws IllegalArgumentException for another status
   */
  public static WebTransportHttpResponse of(int status) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
    }
    return new WebTransportHttpResponse(
        status, WebTransportHeaders.EMPTY, "", new Body.Bytes(ByteString.emptyByteString()));
  }

  /**
   * With these headers in place of those of before. Their number and size have limits ({@code
   * ahti.headers}), at which the answer is 500.
   *
   * @throws IllegalArgumentException for a name that the protocol, or a body, has for itself, and
   *     for a value of other than printable ASCII
   */
  public WebTransportHttpResponse withHeaders(WebTransportHeaders values) {
    for (Map.Entry<String, String> entry : values.entries()) {
      Dialling.requireHeader(entry.getKey(), entry.getValue());
    }
    return new WebTransportHttpResponse(status, values, contentType, body);
  }

  /** With one header more. */
  public WebTransportHttpResponse withHeader(String name, String value) {
    return withHeaders(headers.with(name, value));
  }

  /** With a text in UTF-8. */
  public WebTransportHttpResponse withText(String text) {
    return withBody(
        "text/plain; charset=utf-8", ByteString.fromString(text, StandardCharsets.UTF_8));
  }

  /**
   * With these bytes, which are held until the client has taken them.
   *
   * @param contentType such as {@code application/json}
   */
  public WebTransportHttpResponse withBody(String contentType, ByteString bytes) {
    return with(contentType, new Body.Bytes(bytes));
  }

  /**
   * With bytes of a length that is not known before. They are asked for as the client takes them;
   * the source is cancelled when the client goes away, and runs on the connection's event loop, so
   * what blocks needs a dispatcher of its own. When it fails, the client sees that the answer was
   * cut. How many answers may be under way has limits ({@code ahti.http.streamed-answers}), at
   * which the answer is 503.
   */
  public WebTransportHttpResponse withBody(String contentType, Source<ByteString, ?> bytes) {
    return with(contentType, new Body.Streamed(bytes, OptionalLong.empty()));
  }

  /**
   * The same of a length that is known. A source with more is cut, one with less ends as one that
   * fails.
   *
   * @param length bytes, not negative
   */
  public WebTransportHttpResponse withBody(
      String contentType, Source<ByteString, ?> bytes, long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length: " + length + " (expected: 0 or above)");
    }
    return with(contentType, new Body.Streamed(bytes, OptionalLong.of(length)));
  }

  private WebTransportHttpResponse with(String type, Body bytes) {
    Optional<String> fault = Dialling.valueFault("content-type", requireNonNull(type, "type"));
    if (fault.isPresent()) {
      throw new IllegalArgumentException(fault.get());
    }
    return new WebTransportHttpResponse(status, headers, type, bytes);
  }

  /** As the result of a function that needs no time. */
  public CompletionStage<WebTransportHttpResponse> now() {
    return CompletableFuture.completedFuture(this);
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

  Body body() {
    return body;
  }
}
