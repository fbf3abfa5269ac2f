package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.wire.Fields;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.WebTransportOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.annotation.InternalApi;
import org.apache.pekko.util.ByteString;

/** Turns a URL and options into the engine's dial request. */
@InternalApi
public final class Dialling {
  private Dialling() {}

  /** One pool for all who allow it: its connections differ by server, trust and drafts anyway. */
  private static final String POOL = "";

  /** Checks the URL and starts to connect. */
  public static WebTransport connect(
      ClassicActorSystemProvider system, String url, WebTransportOptions options) {
    WebTransportUrl target = WebTransportUrl.parse(url);
    DialRequest request =
        new DialRequest(
            target.host(),
            target.port(),
            target.authority(),
            target.path(),
            options.origin(),
            fields(options.headers()),
            trust(options),
            policy(options.drafts()),
            options.connectTimeout());
    if (options.allowsPooling()) {
      request = request.withPool(pool(options));
    }
    return new ApiSession(Ahti.get(Adapter.toTyped(system.classicSystem())).connect(request));
  }

  /** The engine's policy that allows these drafts. */
  public static DialectPolicy policy(Set<WebTransportDraft> drafts) {
    EnumSet<Draft> allowed = EnumSet.noneOf(Draft.class);
    drafts.forEach(draft -> allowed.add(Infos.draft(draft)));
    return DialectPolicy.all().withAllowed(allowed);
  }

  /** The engine's form of headers. */
  public static Fields fields(WebTransportHeaders headers) {
    Fields fields = Fields.empty();
    for (Map.Entry<String, String> entry : headers.entries()) {
      fields = fields.with(entry.getKey(), entry.getValue());
    }
    return fields;
  }

  private static String pool(WebTransportOptions options) {
    if (!options.serverCertificateHashes().isEmpty()) {
      throw new IllegalArgumentException(
          "allowPooling: true (expected: false with serverCertificateHashes)");
    }
    return POOL;
  }

  private static ServerTrust trust(WebTransportOptions options) {
    if (!options.serverCertificateHashes().isEmpty()) {
      return new ServerTrust.CertificateHashes(known(options.serverCertificateHashes()));
    }
    if (!options.trustedAuthorities().isEmpty()) {
      return new ServerTrust.Authorities(options.trustedAuthorities());
    }
    return options.checksCertificate()
        ? ServerTrust.SystemStore.INSTANCE
        : ServerTrust.Insecure.INSTANCE;
  }

  /** Hashes of an unknown algorithm match nothing, as the W3C text asks. */
  private static List<ByteString> known(List<WebTransportHash> hashes) {
    return hashes.stream()
        .filter(hash -> hash.algorithm().toLowerCase(Locale.ROOT).equals(WebTransportHash.SHA_256))
        .map(WebTransportHash::value)
        .toList();
  }
}
