package dev.ahti.engine.dialect;

/**
 * A way in which peers over HTTP/2 deviate from draft-ietf-webtrans-http2-15, and in which a {@link
 * Http2Dialect} may let them. None is tolerated unless somebody says so: each is a reading that a
 * peer of draft 15 would be misunderstood by.
 */
public enum Http2Quirk {
  /**
   * A server announces extended CONNECT and not SETTINGS_WT_ENABLED, as in drafts 13 and 14: it is
   * taken for one that has WebTransport.
   */
  NO_ENABLED_SETTING,

  /**
   * A server sends more than 1 under the number of SETTINGS_WT_ENABLED, where drafts 07 to 12 have
   * the number of sessions. Draft 15 makes it an error of the connection.
   */
  ENABLED_ABOVE_ONE,

  /**
   * A peer of drafts up to 13 has one limit for the bidirectional streams of both sides: if it
   * sends no SETTINGS_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE, the one for its own holds for ours
   * too. In draft 15 it is 0 then.
   */
  SHARED_BIDIRECTIONAL_LIMIT,

  /** A peer sends WT_CLOSE_SESSION as 0x190b4d45 and WT_DRAIN_SESSION as 0x190b4d46. */
  SHIFTED_SESSION_CAPSULES,

  /**
   * A peer has odd ids for the streams that the client opens and even ones for the server's, the
   * other way round than draft 15 and QUIC. Ours are numbered so too, as it would take them for its
   * own.
   */
  SWAPPED_STREAM_IDS,

  /**
   * A peer sends WT_MAX_STREAM_DATA also of unidirectional streams that it opens itself, on which
   * we cannot send: it is ignored.
   */
  USELESS_STREAM_LIMITS,

  /**
   * A peer of drafts up to 08 resets streams without saying how much it had sent: its
   * WT_RESET_STREAM has no Reliable Size.
   */
  RESETS_WITHOUT_SIZE
}
