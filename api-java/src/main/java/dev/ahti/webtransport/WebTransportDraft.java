package dev.ahti.webtransport;

/**
 * The wire of WebTransport over HTTP/3, by the draft that a group of them shares. Which one a peer
 * speaks is found out per connection.
 */
public enum WebTransportDraft {
  /** draft-ietf-webtrans-http3-02 and -03: the browsers' default in 2026. */
  DRAFT_02,
  /** Drafts 07 to 12. */
  DRAFT_07,
  /** Drafts 13 and 14. */
  DRAFT_14,
  /** Drafts 15 and 16. */
  DRAFT_16
}
