package dev.ahti.engine.dialect;

import dev.ahti.engine.error.ApplicationErrorCode;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.WebTransportErrorCode;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All that differs between drafts once one is chosen. Immutable; a session keeps its dialect for
 * life, and nothing outside of this package asks for the draft to decide something.
 *
 * @param draft the generation of drafts
 * @param tolerated in which ways the peer may deviate from it
 */
public record Dialect(Draft draft, Set<Quirk> tolerated) {
  /** The upgrade token of D02 to D14; under D16 it means another protocol over HTTP/3. */
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
    return new Dialect(draft, Quirk.usual());
  }

  /** The dialect of a draft. */
  public static Dialect of(Draft draft, Set<Quirk> tolerated) {
    return new Dialect(draft, tolerated);
  }

  /** The value of {@code :protocol}. */
  public String protocolToken() {
    return draft == Draft.D16 ? TOKEN : LEGACY_TOKEN;
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
   *
   * @param flowControlled what {@link FlowNegotiation} came to
   */
  public boolean hasFlowControl(boolean flowControlled) {
    return flowControlled || draft.compareTo(Draft.D14) >= 0;
  }

  /**
   * Whether sessions without flow control are limited to one a connection: D14 and later
   * (draft-ietf-webtrans-http3-16 5.1 and 5.2). Earlier drafts know no flow control of sessions and
   * leave the number to the server.
   */
  public boolean limitsUncontrolledSessions() {
    return draft.compareTo(Draft.D14) >= 0;
  }

  /**
   * The status for a session too many; empty where the limit is announced in SETTINGS, so that the
   * request is rejected with H3_REQUEST_REJECTED (draft-ietf-webtrans-http3-14 5.2).
   */
  public OptionalInt tooManySessionsStatus() {
    return draft == Draft.D02 ? OptionalInt.of(429) : OptionalInt.empty();
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
   * clamped to 0 or {@link #maxApplicationCode()}: an abort has to abort whatever the code.
   */
  public long toWire(long applicationCode) {
    long clamped = Math.max(0, Math.min(applicationCode, maxApplicationCode()));
    return ApplicationErrorCode.toHttp3(clamped);
  }

  /**
   * The application code of a wire code, empty if it is none. D02 peers are read with the full
   * range: some send more than 8 bits.
   */
  public OptionalLong fromWire(long wireCode) {
    return ApplicationErrorCode.fromHttp3(wireCode);
  }

  /** The draft's name. */
  @Override
  public String toString() {
    return draft.name();
  }
}
