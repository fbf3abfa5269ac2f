package dev.ahti.engine.dialect;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A way in which peers in use deviate from their draft, and in which a {@link DialectPolicy} may
 * let them. A strict policy tolerates none. What is tolerated changes how we judge a peer, never
 * what we send.
 */
public enum Quirk {
  /**
   * A client that announces D16 and older drafts uses the token {@code webtransport}: the session
   * is of the newest of the older ones. By the text of D16 the token means another protocol. On:
   * quic-go's server takes both tokens, so clients send either.
   */
  LEGACY_TOKEN(true),

  /**
   * A peer announces itself with nothing but the MAX_SESSIONS of drafts 04 and 05 (0x2b603743),
   * which share the wire of D02. On: it cannot be taken for anything else.
   */
  DRAFT_05_SETTING(true),

  /**
   * A client of D02 sends no Origin, which its draft demands of everybody and later ones of web
   * pages only. On: programs have none.
   */
  NO_ORIGIN(true),

  /**
   * Application protocols are negotiated in D02, which has no such thing, and with Strings in D07,
   * which has Tokens. On: Chromium does both.
   */
  STRING_PROTOCOLS(true),

  /**
   * A peer of D16 sends a limit that is no higher than the last. On: draft 15 allows it and cannot
   * be told from draft 16, which does not.
   */
  EQUAL_LIMITS(true),

  /**
   * A peer of D07 or later does not send SETTINGS_H3_DATAGRAM = 1; its sessions have streams only.
   * Off: a peer that needs datagrams would wait for them in vain. Flupke 0.9.4 needs it.
   */
  NO_DATAGRAMS(false),

  /**
   * A server of D07 or later does not send SETTINGS_ENABLE_CONNECT_PROTOCOL = 1. Off: no server in
   * use is known to need it.
   */
  NO_EXTENDED_CONNECT(false),

  /**
   * A server sends SETTINGS_WT_ENABLED above 1, which draft 15 allows and draft 16 makes an error
   * of the connection. Off: servers send 1.
   */
  ENABLED_ABOVE_ONE(false),

  /**
   * A server of D16 chooses a protocol that was not offered: it is ignored, as in D14. Off: both
   * sides would speak different protocols. quic-go's client tolerates it.
   */
  UNOFFERED_PROTOCOL(false);

  private final boolean usual;

  Quirk(boolean usual) {
    this.usual = usual;
  }

  /** Whether it is tolerated unless somebody says otherwise. */
  public boolean isUsual() {
    return usual;
  }

  /** Those that are tolerated unless somebody says otherwise. Unmodifiable. */
  public static Set<Quirk> usual() {
    EnumSet<Quirk> quirks = EnumSet.noneOf(Quirk.class);
    for (Quirk quirk : values()) {
      if (quirk.usual) {
        quirks.add(quirk);
      }
    }
    return Collections.unmodifiableSet(quirks);
  }
}
