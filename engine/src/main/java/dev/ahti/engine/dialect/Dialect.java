package dev.ahti.engine.dialect;

import dev.ahti.engine.error.ApplicationErrorCode;
import java.util.OptionalLong;

/**
 * All that differs between drafts once one is chosen. Immutable; a session keeps its dialect for
 * life.
 */
public final class Dialect {
  /** The upgrade token of D02 to D14; under D16 it means another protocol over HTTP/3. */
  public static final String LEGACY_TOKEN = "webtransport";

  /** The upgrade token of D16 (draft-ietf-webtrans-http3-16 3.2). */
  public static final String TOKEN = "webtransport-h3";

  private static final Dialect D02 = new Dialect(Draft.D02);
  private static final Dialect D07 = new Dialect(Draft.D07);
  private static final Dialect D14 = new Dialect(Draft.D14);
  private static final Dialect D16 = new Dialect(Draft.D16);

  /** The largest application code of D02, which has 8 bits for it. */
  private static final long MAX_CODE_D02 = 0xff;

  private final Draft draft;

  private Dialect(Draft draft) {
    this.draft = draft;
  }

  /** The dialect of a draft. */
  public static Dialect of(Draft draft) {
    return switch (draft) {
      case D02 -> D02;
      case D07 -> D07;
      case D14 -> D14;
      case D16 -> D16;
    };
  }

  /** The generation of drafts. */
  public Draft draft() {
    return draft;
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
   * Whether sessions without flow control are limited to one a connection: D14 and later
   * (draft-ietf-webtrans-http3-16 5.1 and 5.2). Earlier drafts know no flow control of sessions and
   * leave the number to the server.
   */
  public boolean limitsUncontrolledSessions() {
    return draft.compareTo(Draft.D14) >= 0;
  }

  /**
   * Whether a new limit that equals the old one is an error: D16 only (draft-ietf-webtrans-http3-16
   * 5.6). A lower one is an error in D14 as well.
   */
  public boolean strictLimits() {
    return draft == Draft.D16;
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
