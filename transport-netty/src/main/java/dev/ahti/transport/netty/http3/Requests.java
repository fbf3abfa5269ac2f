package dev.ahti.transport.netty.http3;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection by their stream ids, and from which one on none is taken any more.
 * Bounded by the limit of streams. Loop only.
 */
final class Requests {
  /** A number above every request stream's. */
  private static final long NO_LIMIT = Long.MAX_VALUE;

  /** From one client-initiated bidirectional stream to the next (RFC 9000 2.1). */
  private static final long STEP = 4;

  private final Map<Long, RequestStream> open = new HashMap<>();
  private long next;
  private long limit = NO_LIMIT;

  /** The peer has begun a request. */
  void begun(long id) {
    next = Math.max(next, id + STEP);
  }

  /** Whether a request may still be answered. */
  boolean takes(long id) {
    return id < limit;
  }

  /**
   * Takes no request from now on but those that have begun.
   *
   * @return the first that is not taken; empty when this was said before
   */
  OptionalLong stop() {
    if (limit != NO_LIMIT) {
      return OptionalLong.empty();
    }
    limit = next;
    return OptionalLong.of(limit);
  }

  /** Adds a request; it goes when its channel is closed. */
  void add(RequestStream stream) {
    long id = stream.port().id();
    open.put(id, stream);
    stream.onClosed(() -> open.remove(id));
  }

  /** The request with this id, while its channel is open. */
  @Nullable RequestStream get(long id) {
    return open.get(id);
  }
}
