package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Quirk;
import dev.ahti.engine.wire.Fields;
import dev.ahti.webtransport.CongestionControlAlgorithm;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportInfo;
import dev.ahti.webtransport.WebTransportQuirk;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.annotation.InternalApi;

/** Turns what the engine knows of a session into the public record. */
@InternalApi
public final class Infos {
  private Infos() {}

  static WebTransportInfo of(SessionHandle session) {
    Fields request = session.request();
    return new WebTransportInfo(
        WebTransportHttpVersion.valueOf(session.dialect().version().name()),
        draft(session.dialect().draft()),
        quirks(session.dialect()),
        request.get(":authority").orElse(""),
        request.get(":path").orElse("/"),
        request.get("origin"),
        headers(request),
        headers(session.response()),
        session.remoteAddress(),
        session.peerCertificates(),
        session.congestionControl().map(used -> CongestionControlAlgorithm.valueOf(used.name())));
  }

  private static Set<WebTransportQuirk> quirks(Dialect dialect) {
    EnumSet<WebTransportQuirk> tolerated = EnumSet.noneOf(WebTransportQuirk.class);
    for (WebTransportQuirk quirk : WebTransportQuirk.values()) {
      if (dialect.tolerated().contains(Quirk.valueOf(quirk.name()))) {
        tolerated.add(quirk);
      }
    }
    return tolerated;
  }

  /** The headers of a section, but for those of the protocol itself. */
  public static WebTransportHeaders headers(Fields fields) {
    List<Map.Entry<String, String>> entries = new ArrayList<>();
    fields.forEach(
        field -> {
          if (!field.name().startsWith(":") && !field.name().startsWith("wt-")) {
            entries.add(Map.entry(field.name(), field.value()));
          }
        });
    return new WebTransportHeaders(entries);
  }

  /** The public name of a draft. */
  public static WebTransportDraft draft(Draft draft) {
    return switch (draft) {
      case D02 -> WebTransportDraft.DRAFT_02;
      case D07 -> WebTransportDraft.DRAFT_07;
      case D14 -> WebTransportDraft.DRAFT_14;
      case D16 -> WebTransportDraft.DRAFT_16;
    };
  }

  public static Draft draft(WebTransportDraft draft) {
    return switch (draft) {
      case DRAFT_02 -> Draft.D02;
      case DRAFT_07 -> Draft.D07;
      case DRAFT_14 -> Draft.D14;
      case DRAFT_16 -> Draft.D16;
    };
  }
}
