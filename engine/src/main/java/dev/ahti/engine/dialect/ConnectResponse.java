package dev.ahti.engine.dialect;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Fields;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The answer to the CONNECT request (draft-ietf-webtrans-http3-16 3.2): how a server writes it and
 * a client reads it.
 */
public final class ConnectResponse {
  static final String STATUS = ":status";

  /** The field by which a server confirms D02 (draft-ietf-webtrans-http3-02 6). */
  static final String DRAFT = "sec-webtransport-http3-draft";

  private static final String DRAFT_02_VALUE = "draft02";

  /**
   * Fields that announce content, which a stream of capsules does not have. The third that RFC 9297
   * names, transfer-encoding, is malformed in any HTTP/3 message.
   */
  private static final List<String> CONTENT = List.of("content-length", "content-type");

  /** What a client makes of an answer. */
  public sealed interface Reading {}

  /** A 1xx answer: ignore it and wait for the final one. */
  public record Interim(int status) implements Reading {}

  /**
   * The session is established.
   *
   * @param status 2xx
   * @param fields the whole answer
   */
  public record Accepted(int status, Fields fields) implements Reading {
    public Accepted {
      requireNonNull(fields, "fields");
    }
  }

  /**
   * There is no session. A redirection is not followed: data may have been sent already.
   *
   * @param status 3xx to 5xx
   * @param fields the whole answer
   */
  public record Refused(int status, Fields fields) implements Reading {
    public Refused {
      requireNonNull(fields, "fields");
    }
  }

  /**
   * An answer against the rules.
   *
   * @param violation H3_MESSAGE_ERROR for the CONNECT stream
   */
  public record Malformed(Violation violation) implements Reading {
    public Malformed {
      requireNonNull(violation, "violation");
    }
  }

  private ConnectResponse() {}

  /**
   * The answer that establishes a session: 200 without any field about content. A D02 client that
   * named its draft gets it confirmed, as its draft and old browsers want.
   *
   * @param protocol what the application speaks in the session, one that the request offers
   * @param extra further fields of the application, as {@link ApplicationFields} allows them
   * @throws IllegalArgumentException if one of these is not allowed
   */
  public static Fields accept(
      Dialect dialect, Fields request, Optional<String> protocol, Fields extra) {
    Fields fields = Fields.empty().with(STATUS, "200");
    if (dialect.sendsDraftHeader() && request.has(ConnectRequest.DRAFT_02)) {
      fields = fields.with(DRAFT, DRAFT_02_VALUE);
    }
    if (protocol.isPresent()) {
      fields = fields.with(ApplicationProtocols.choose(dialect, request, protocol.get()));
    }
    return fields.with(ApplicationFields.require(extra));
  }

  /** Reads an answer on the client. Never throws. */
  public static Reading read(Fields fields) {
    Optional<String> fault = HeaderSection.firstFault(fields, Set.of(STATUS));
    if (fault.isPresent()) {
      return malformed(fault.get(), HeaderSection.SECTION);
    }
    Optional<String> text = fields.get(STATUS);
    if (text.isEmpty() || !text.get().matches("[1-5][0-9][0-9]")) {
      return malformed(":status is missing or no number from 100 to 599", HeaderSection.SECTION);
    }
    int status = Integer.parseInt(text.get());
    if (status == 101) {
      return malformed(":status: 101 (expected: any other)", "RFC 9114 4.5");
    }
    if (status < 200) {
      return new Interim(status);
    }
    return status < 300 ? accepted(status, fields) : new Refused(status, fields);
  }

  private static Reading accepted(int status, Fields fields) {
    // RFC 9297 3.2: these have no content or stand for content, so they cannot start capsules.
    if (status == 204 || status == 205 || status == 206) {
      return malformed(":status: " + status + " (expected: 200)", "RFC 9297 3.2");
    }
    Optional<String> content = contentFault(fields);
    return content.isPresent()
        ? malformed(content.get(), "RFC 9297 3.2")
        : new Accepted(status, fields);
  }

  /** A field that announces content in a message that has capsules instead. */
  static Optional<String> contentFault(Fields fields) {
    return CONTENT.stream().filter(fields::has).findFirst().map(name -> name + " beside capsules");
  }

  private static Reading malformed(String message, String section) {
    return new Malformed(Violation.session(Http3ErrorCode.H3_MESSAGE_ERROR, message, section));
  }
}
