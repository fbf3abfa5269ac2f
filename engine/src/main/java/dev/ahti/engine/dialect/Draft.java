package dev.ahti.engine.dialect;

/**
 * The generations of draft-ietf-webtrans-http3 that are in use, oldest first. Drafts of one
 * generation share the wire format.
 */
public enum Draft {
  /** Drafts 02 to 06: Chromium and Firefox as shipped. */
  D02,
  /** Drafts 07 to 12: Chromium behind a flag. Draft 12 alone has flow control of sessions. */
  D07,
  /** Drafts 13 and 14: Safari. */
  D14,
  /** Drafts 15 and 16: the newest text. */
  D16
}
