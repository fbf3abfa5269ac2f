package dev.ahti.webtransport;

/**
 * Where a session is in its life: the W3C text's slot {@code [[State]]}, which it does not show to
 * pages. {@code docs/api.md} says what every attribute and method does in each.
 *
 * <pre>
 * CONNECTING ─→ CONNECTED ─→ DRAINING
 *     │             │            │
 *     │             └─────┬──────┘
 *     ↓                   ↓
 *   FAILED        CLOSED or FAILED
 * </pre>
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-internal-slots">W3C WebTransport,
 *     section 6.1</a>
 */
public enum WebTransportState {
  /** Not established yet: what is asked for waits. */
  CONNECTING,

  /** Established. */
  CONNECTED,

  /** Established, and the peer has asked to come to an end; everything goes on. */
  DRAINING,

  /** Closed in order, by either side, or by {@link WebTransport#close} a moment ago. */
  CLOSED,

  /** Not established, or ended abruptly. */
  FAILED
}
