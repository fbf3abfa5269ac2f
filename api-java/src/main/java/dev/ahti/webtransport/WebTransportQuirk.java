package dev.ahti.webtransport;

/**
 * A way in which peers in use deviate from their draft, and in which they may be let: see {@link
 * WebTransportDialects}. The switch of the same name in {@code ahti.dialects.tolerate} says what
 * follows, and what is tolerated unless somebody says otherwise.
 */
public enum WebTransportQuirk {
  /** A client of draft 15 or later uses the token {@code webtransport} and offers older drafts. */
  LEGACY_TOKEN,
  /** A peer announces itself with the setting of drafts 04 and 05 alone. */
  DRAFT_05_SETTING,
  /** A client of draft 02 sends no Origin. */
  NO_ORIGIN,
  /** Application protocols in draft 02, and as Strings in drafts 07 to 12. */
  STRING_PROTOCOLS,
  /** A limit that is no higher than the last, which draft 16 forbids. */
  EQUAL_LIMITS,
  /** A peer of draft 07 or later that does not announce datagrams. */
  NO_DATAGRAMS,
  /** A server of draft 07 or later that does not announce extended CONNECT. */
  NO_EXTENDED_CONNECT,
  /** A server of draft 15 whose setting is above 1. */
  ENABLED_ABOVE_ONE,
  /** A server of draft 15 or later that chooses a protocol which was not offered. */
  UNOFFERED_PROTOCOL
}
