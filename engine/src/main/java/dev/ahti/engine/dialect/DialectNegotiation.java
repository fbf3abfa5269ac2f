package dev.ahti.engine.dialect;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportErrorCode;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Finds the draft two endpoints share: the newest that both announced in their settings
 * (draft-ietf-webtrans-http3-16 7.1), checked against the upgrade token of the request.
 *
 * <p>Neither side may decide before the peer's SETTINGS are there: a server holds requests, streams
 * and datagrams until then, a client holds its CONNECT.
 */
public final class DialectNegotiation {
  /** The status for an upgrade token that we do not serve (RFC 9220 3). */
  public static final int UNKNOWN_PROTOCOL_STATUS = 501;

  /** What a negotiation came to. */
  public sealed interface Result {}

  /**
   * Both sides speak this.
   *
   * @param dialect what the session uses
   */
  public record Chosen(Dialect dialect) implements Result {
    public Chosen {
      requireNonNull(dialect, "dialect");
    }
  }

  /**
   * There is no session.
   *
   * @param reason for logs and for the application
   * @param status a server answers the request with this, if present
   * @param violation otherwise, if present: a server resets the CONNECT stream with its code; a
   *     client that wants nothing else of the connection may close it with that code, and must if
   *     it is H3_SETTINGS_ERROR. If both are absent, a client just opens no session
   */
  public record Refused(String reason, OptionalInt status, Optional<Violation> violation)
      implements Result {
    public Refused {
      requireNonNull(reason, "reason");
      requireNonNull(status, "status");
      requireNonNull(violation, "violation");
    }

    static Refused with(int status, String reason) {
      return new Refused(reason, OptionalInt.of(status), Optional.empty());
    }

    static Refused with(Violation violation) {
      return new Refused(violation.message(), OptionalInt.empty(), Optional.of(violation));
    }
  }

  private DialectNegotiation() {}

  /**
   * Judges the values of a peer's settings as soon as they arrive.
   *
   * @param fromServer whether the peer is the server
   * @return H3_SETTINGS_ERROR for the connection if a value is against its setting's rule
   */
  public static Optional<Violation> check(
      Map<Long, Long> peerSettings, boolean fromServer, DialectPolicy policy) {
    return new PeerSettings(peerSettings).firstInvalid(fromServer, policy);
  }

  /**
   * The dialect of a request, on the server.
   *
   * <p>A client that announces no draft but HTTP datagrams may speak D07 (drafts 09 to 12 have no
   * setting for clients) if it uses that token. A request whose token we serve but whose client's
   * settings do not do is malformed in every draft: H3_MESSAGE_ERROR on its CONNECT stream.
   *
   * @param peerSettings the client's settings
   * @param token the request's {@code :protocol}
   */
  public static Result server(Map<Long, Long> peerSettings, String token, DialectPolicy policy) {
    PeerSettings peer = new PeerSettings(peerSettings);
    Optional<Violation> invalid = peer.firstInvalid(false, policy);
    if (invalid.isPresent()) {
      return Refused.with(invalid.get());
    }
    Set<Draft> common = common(peer.offered(policy), policy);
    return switch (token) {
      case Dialect.TOKEN -> nativeToken(peer, common, policy);
      case Dialect.LEGACY_TOKEN -> legacyToken(peer, common, policy);
      default -> Refused.with(UNKNOWN_PROTOCOL_STATUS, "unknown protocol");
    };
  }

  private static Result nativeToken(PeerSettings peer, Set<Draft> common, DialectPolicy policy) {
    if (!policy.allows(Draft.D16)) {
      return Refused.with(UNKNOWN_PROTOCOL_STATUS, "webtransport-h3 is not served here");
    }
    return common.contains(Draft.D16)
        ? d16(peer, policy)
        : malformed("the client did not send SETTINGS_WT_ENABLED");
  }

  private static Result legacyToken(PeerSettings peer, Set<Draft> common, DialectPolicy policy) {
    if (common.contains(Draft.D16)
        && (!policy.tolerates(Quirk.LEGACY_TOKEN) || common.size() == 1)) {
      // In D16 this is WebTransport in capsules over one stream (its 2.1.2), which we lack.
      return Refused.with(UNKNOWN_PROTOCOL_STATUS, "webtransport over one stream is not served");
    }
    Set<Draft> legacy = EnumSet.copyOf(policy.allowed());
    legacy.remove(Draft.D16);
    if (legacy.isEmpty()) {
      return Refused.with(UNKNOWN_PROTOCOL_STATUS, "webtransport is not served here");
    }
    legacy.retainAll(common);
    Set<Draft> usable = usable(legacy, peer, policy);
    if (!usable.isEmpty()) {
      return new Chosen(policy.dialect(newest(usable)));
    }
    if (!legacy.isEmpty()) {
      return noDatagrams();
    }
    if (peer.offered(policy).isEmpty()
        && peer.isOn(CodePoints.H3_DATAGRAM)
        && policy.allows(Draft.D07)) {
      return new Chosen(policy.dialect(Draft.D07));
    }
    return malformed("the client announced no draft that is served here");
  }

  private static Result d16(PeerSettings peer, DialectPolicy policy) {
    return peer.satisfiesDatagrams(policy) ? new Chosen(policy.dialect(Draft.D16)) : noDatagrams();
  }

  private static Refused noDatagrams() {
    return malformed("the client did not send SETTINGS_H3_DATAGRAM = 1");
  }

  /** Without the setting of RFC 9297 only D02 is left, which does not have it. */
  private static Set<Draft> usable(Set<Draft> common, PeerSettings peer, DialectPolicy policy) {
    Set<Draft> usable = EnumSet.copyOf(common);
    if (!peer.satisfiesDatagrams(policy)) {
      usable.retainAll(EnumSet.of(Draft.D02));
    }
    return usable;
  }

  private static Refused malformed(String reason) {
    return Refused.with(
        Violation.session(
            Http3ErrorCode.H3_MESSAGE_ERROR, reason, "draft-ietf-webtrans-http3-16 3.1"));
  }

  /**
   * The dialect of a connection, on the client: the newest that both sides announced and whose
   * other settings are met.
   *
   * <p>If there is none there is no session; if the connection would have spoken D16 it may be
   * closed with WT_REQUIREMENTS_NOT_MET, which older drafts do not have.
   *
   * @param peerSettings the server's settings
   */
  public static Result client(Map<Long, Long> peerSettings, DialectPolicy policy) {
    PeerSettings peer = new PeerSettings(peerSettings);
    Optional<Violation> invalid = peer.firstInvalid(true, policy);
    if (invalid.isPresent()) {
      return Refused.with(invalid.get());
    }
    Set<Draft> common = common(peer.offered(policy), policy);
    Set<Draft> usable = usable(common, peer, policy);
    if (!peer.satisfiesConnect(policy)) {
      // D02 implies extended CONNECT.
      usable.retainAll(EnumSet.of(Draft.D02));
    }
    return usable.isEmpty()
        ? requirementsNotMet(peer, common, policy)
        : new Chosen(policy.dialect(newest(usable)));
  }

  /**
   * How many sessions at a time a server allows a client on a connection.
   *
   * <p>D07 and D14 announce the number; in D14 and D16 it is one unless both sides control the flow
   * of sessions (draft-ietf-webtrans-http3-16 5.1). D02 says nothing, D16 nothing more; HTTP/2
   * limits streams.
   *
   * @param peerSettings the server's settings
   * @param dialect what was chosen by them
   * @param flowControl whether both sides control the flow of sessions
   * @return at least 1; {@link Long#MAX_VALUE} where nothing limits it
   */
  public static long sessionLimit(
      Map<Long, Long> peerSettings, Dialect dialect, boolean flowControl) {
    if (!flowControl && dialect.limitsUncontrolledSessions()) {
      return 1;
    }
    if (dialect.version() == HttpVersion.HTTP_2) {
      return Long.MAX_VALUE;
    }
    return switch (dialect.draft()) {
      case D07 -> peerSettings.getOrDefault(CodePoints.WEBTRANSPORT_MAX_SESSIONS, 1L);
      case D14 -> peerSettings.getOrDefault(CodePoints.WT_MAX_SESSIONS, 1L);
      case D02, D16 -> Long.MAX_VALUE;
    };
  }

  private static Refused requirementsNotMet(
      PeerSettings peer, Set<Draft> common, DialectPolicy policy) {
    String reason = "the server " + missing(peer, common, policy);
    if (newest(common.isEmpty() ? policy.allowed() : common) != Draft.D16) {
      return new Refused(reason, OptionalInt.empty(), Optional.empty());
    }
    return Refused.with(
        Violation.connection(
            WebTransportErrorCode.WT_REQUIREMENTS_NOT_MET,
            reason,
            "draft-ietf-webtrans-http3-16 3.1"));
  }

  private static String missing(PeerSettings peer, Set<Draft> common, DialectPolicy policy) {
    if (common.isEmpty()) {
      return "announced no draft of WebTransport that is allowed here";
    }
    return peer.satisfiesConnect(policy)
        ? "did not send SETTINGS_H3_DATAGRAM = 1"
        : "did not send SETTINGS_ENABLE_CONNECT_PROTOCOL = 1";
  }

  private static Set<Draft> common(Set<Draft> offered, DialectPolicy policy) {
    Set<Draft> common = EnumSet.copyOf(policy.allowed());
    common.retainAll(offered);
    return common;
  }

  private static Draft newest(Set<Draft> drafts) {
    return drafts.stream().max(Comparator.naturalOrder()).orElseThrow();
  }
}
