package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ApplicationFields;
import dev.ahti.engine.dialect.CodePoints;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.wire.Fields;
import java.util.Map;

/** What an application may add to a header section: our own limits, and the peer's. */
final class HeaderLimits {
  private HeaderLimits() {}

  /**
   * Checks the fields of an application against {@code ahti.headers}.
   *
   * @throws IllegalArgumentException if there are too many, which is counted; the message names the
   *     key
   */
  static void requireOwn(Fields extra, EngineParts parts) {
    EngineSettings.Headers limits = parts.settings().headers();
    long bytes = ApplicationFields.size(extra);
    if (extra.size() > limits.fields() || bytes > limits.bytes()) {
      parts.gauges().counter(Gauges.HEADERS_REFUSED).increment();
    }
    require("headers", extra.size(), limits.fields(), "ahti.headers.fields");
    require("bytes of headers", bytes, limits.bytes(), "ahti.headers.bytes");
  }

  /**
   * Checks a whole section against the peer's SETTINGS_MAX_FIELD_SECTION_SIZE (RFC 9114 4.2.2), if
   * it sent one.
   *
   * @throws IllegalArgumentException if the peer would refuse it
   */
  static void requirePeers(Fields section, Map<Long, Long> peerSettings) {
    Long limit = peerSettings.get(CodePoints.MAX_FIELD_SECTION_SIZE);
    if (limit != null) {
      require(
          "bytes of header section", ApplicationFields.size(section), limit, "the peer's limit");
    }
  }

  private static void require(String what, long actual, long limit, String whose) {
    if (actual > limit) {
      throw new IllegalArgumentException(
          what + ": " + actual + " (expected: at most " + limit + ", " + whose + ")");
    }
  }
}
