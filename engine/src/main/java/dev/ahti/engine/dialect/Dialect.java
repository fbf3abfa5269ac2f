package dev.ahti.engine.dialect;

import dev.ahti.engine.error.ApplicationErrorCode;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.WebTransportErrorCode;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All that differs between drafts, and between the two bindings, once one is chosen. Immutable; a
 * session keeps its dialect for life, and nothing outside of this package asks for the draft to
 * decide something.
 *
 * <p>Over HTTP/2 there is one dialect, that of draft-ietf-webtrans-http2-15, which belongs to D16.
 *
 * @param draft the generation of drafts
 * @param http2 what differs between peers over HTTP/2, where that is spoken
 * @param tolerated in which ways the peer may deviate from it
 */
public record Dialect(Draft draft, Optional<Http2Dialect> http2, Set<Quirk> tolerated) {
  /** The upgrade token of D02 to D14 and of HTTP/2; under D16 it means another one over HTTP/3. */
  public static final String LEGACY_TOKEN = "webtransport";

  /** The upgrade token of D16 (draft-ietf-webtrans-http3-16 3.2). */
  public static final String TOKEN = "webtransport-h3";

  /** The largest application code of D02, which has 8 bits for it. */
  private static final long MAX_CODE_D02 = 0xff;

  /** How an endpoint names and takes application protocols. */
  enum ProtocolSyntax {
    /** There is no such thing. */
    NONE,
    /** As Tokens; Strings are no protocols. */
    TOKENS,
    /** Sent as Tokens; Strings are understood too, and answered with one. */
    TOKENS_OR_STRINGS,
    /** As Strings; Tokens are no protocols. */
    STRINGS
  }

  /** Copies the set. */
  public Dialect {
    tolerated = Set.copyOf(tolerated);
  }

  /** The dialect of a draft, with the usual quirks. */
  public static Dialect of(Draft draft) {
    return of(draft, Quirk.usual());
  }

  /** The dialect of a draft over HTTP/3. */
  public static Dialect of(Draft draft, Set<Quirk> tolerated) {
    return new Dialect(draft, Optional.empty(), tolerated);
  }

  /** The dialect of HTTP/2. */
  public static Dialect of(Http2Dialect http2, Set<Quirk> tolerated) {
    return new Dialect(Draft.D16, Optional.of(http2), tolerated);
  }

  /** The version of HTTP whose binding is spoken. */
  public HttpVersion version() {
    return http2.isPresent() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_3;
  }

  private boolean overHttp2() {
    return http2.isPresent();
  }

  /** The value of {@code :protocol}. */
  public String protocolToken() {
    return draft == Draft.D16 && !overHttp2() ? TOKEN : LEGACY_TOKEN;
  }

  /** Whether the request carries {@code sec-webtransport-http3-draft02} and the answer its echo. */
  public boolean sendsDraftHeader() {
    return draft == Draft.D02;
  }

  /** The status for a resource that is there but takes no session: 405 in D16, 404 before. */
  public int missingResourceStatus() {
    return draft == Draft.D16 ? 405 : 404;
  }

  /** Whether WT_DRAIN_SESSION exists: D07 and later. */
  public boolean hasDrain() {
    return draft != Draft.D02;
  }

  /**
   * Whether the capsules of flow control exist; they are unknown ones otherwise. From D14 on they
   * do where it is off, too. In D07 draft 12 alone has them, which is known by its flow control.
   * Over HTTP/2 they are the business of who has the streams, and do not come here.
   *
   * @param flowControlled what {@link FlowNegotiation} came to
   */
  public boolean hasFlowControl(boolean flowControlled) {
    return flowControlled || (draft.compareTo(Draft.D14) >= 0 && !overHttp2());
  }

  /**
   * Whether sessions without flow control are limited to one a connection: D14 and later
   * (draft-ietf-webtrans-http3-16 5.1 and 5.2). Earlier drafts know no flow control of sessions and
   * leave the number to the server. Over HTTP/2 every session is controlled.
   */
  public boolean limitsUncontrolledSessions() {
    return draft.compareTo(Draft.D14) >= 0 && !overHttp2();
  }

  /**
   * The status for a session too many; empty where the limit is announced in SETTINGS, so that the
   * request is rejected with H3_REQUEST_REJECTED (draft-ietf-webtrans-http3-14 5.2). Over HTTP/2
   * nothing announces it.
   */
  public OptionalInt tooManySessionsStatus() {
    return draft == Draft.D02 || overHttp2() ? OptionalInt.of(429) : OptionalInt.empty();
  }

  /**
   * Whether a request without an Origin is refused: in D02 with a strict policy
   * (draft-ietf-webtrans-http3-02 3.3). Later drafts demand it of web pages only.
   */
  public boolean requiresOrigin() {
    return draft == Draft.D02 && !tolerated.contains(Quirk.NO_ORIGIN);
  }

  /**
   * Whether a new limit that equals the old one is an error: in D16 with a strict policy
   * (draft-ietf-webtrans-http3-16 5.6; draft 15, which has the same number, allows it). A lower one
   * is an error in D14 as well.
   */
  public boolean strictLimits() {
    return draft == Draft.D16 && !tolerated.contains(Quirk.EQUAL_LIMITS);
  }

  /** How application protocols are written. */
  ProtocolSyntax protocolSyntax() {
    boolean strings = tolerated.contains(Quirk.STRING_PROTOCOLS);
    return switch (draft) {
      case D02 -> strings ? ProtocolSyntax.STRINGS : ProtocolSyntax.NONE;
      case D07 -> strings ? ProtocolSyntax.TOKENS_OR_STRINGS : ProtocolSyntax.TOKENS;
      case D14, D16 -> ProtocolSyntax.STRINGS;
    };
  }

  /**
   * Whether a server's choice of a protocol that was not offered ends the session: D16, unless the
   * policy tolerates it. Earlier drafts ignore it.
   */
  boolean failsOnUnofferedProtocol() {
    return draft == Draft.D16 && !tolerated.contains(Quirk.UNOFFERED_PROTOCOL);
  }

  /**
   * The code that ends a session without the protocol that it needs. Only D16 has one for it
   * (draft-ietf-webtrans-http3-16 3.3); before, the request is cancelled.
   */
  long missingProtocolCode() {
    return draft == Draft.D16
        ? WebTransportErrorCode.WT_ALPN_ERROR
        : Http3ErrorCode.H3_REQUEST_CANCELLED;
  }

  /** The largest application code that reaches the peer: 255 in D02, 2^32-1 later. */
  public long maxApplicationCode() {
    return draft == Draft.D02 ? MAX_CODE_D02 : ApplicationErrorCode.MAX;
  }

  /**
   * The wire code of an application code in RESET_STREAM or STOP_SENDING. Codes out of range are
   * clamped to 0 or {@link #maxApplicationCode()}: an abort has to abort whatever the code. Over
   * HTTP/2 the capsules carry the code as it is.
   */
  public long toWire(long applicationCode) {
    long clamped = Math.max(0, Math.min(applicationCode, maxApplicationCode()));
    return overHttp2() ? clamped : ApplicationErrorCode.toHttp3(clamped);
  }

  /**
   * The application code of a wire code, empty if it is none. D02 peers are read with the full
   * range: some send more than 8 bits.
   */
  public OptionalLong fromWire(long wireCode) {
    if (overHttp2()) {
      return wireCode <= ApplicationErrorCode.MAX
          ? OptionalLong.of(wireCode)
          : OptionalLong.empty();
    }
    return ApplicationErrorCode.fromHttp3(wireCode);
  }

  /** The draft's name, and the version of HTTP where it is not the usual one. */
  @Override
  public String toString() {
    return draft.name() + (overHttp2() ? " over HTTP/2" : "");
  }
}
