package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.FlowLimits;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.ApplicationFields;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.dialect.OriginPolicy;
import dev.ahti.engine.dialect.Priority;
import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.engine.dialect.Quirk;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.wire.Fields;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDialects;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportNotSupportedException;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportQuirk;
import dev.ahti.webtransport.WebTransportSyntaxException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.annotation.InternalApi;
import org.apache.pekko.util.ByteString;

/** Turns a URL and options into the engine's dial request. */
@InternalApi
public final class Dialling {
  private Dialling() {}

  /** Checks the URL and starts to connect. */
  public static WebTransport connect(
      ClassicActorSystemProvider system, String url, WebTransportOptions options) {
    WebTransportUrl target = WebTransportUrl.parse(url);
    requireTogether(options);
    Ahti ahti = Ahti.get(Adapter.toTyped(system.classicSystem()));
    return new ApiSession(
        ahti,
        target.isBlocked() ? blocked(target) : ahti.connect(request(target, options, ahti)),
        options,
        ahti.settings().session());
  }

  private static DialRequest request(
      WebTransportUrl target, WebTransportOptions options, Ahti ahti) {
    DialRequest request =
        new DialRequest(
                target.host(),
                target.port(),
                target.authority(),
                target.path(),
                options.origin(),
                fields(options),
                trust(options),
                policy(options.dialects(), ahti),
                options.connectTimeout())
            .withTls(tls(options), CongestionControls.of(options))
            .withConnection(options.requiresUnreliable(), Anticipated.of(options))
            .withProtocols(protocols(options.protocols(), options.requiresProtocol()))
            .withVersions(versions(options.httpVersions()))
            .withFlow(flow(options));
    return options.allowsPooling() ? request.withPool(options.partitionKey()) : request;
  }

  private static FlowLimits flow(WebTransportOptions options) {
    return new FlowLimits(
        options.maxData(), options.maxStreamsBidirectional(), options.maxStreamsUnidirectional());
  }

  /**
   * Refuses limits of a session that are none.
   *
   * @throws IllegalArgumentException with the value and what is expected
   */
  public static void requireLimits(OptionalLong bytes, OptionalInt streams) {
    new FlowLimits(bytes, streams, OptionalInt.empty());
  }

  /** The engine's form of versions of HTTP. */
  public static Set<HttpVersion> versions(Set<WebTransportHttpVersion> versions) {
    return versions.stream()
        .map(version -> HttpVersion.valueOf(version.name()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The engine's policy: what is said, on top of what is configured. */
  public static DialectPolicy policy(WebTransportDialects dialects, Ahti ahti) {
    DialectPolicy policy = ahti.settings().dialects().policy();
    if (dialects.drafts().isPresent()) {
      EnumSet<Draft> allowed = EnumSet.noneOf(Draft.class);
      dialects.drafts().get().forEach(draft -> allowed.add(Infos.draft(draft)));
      policy = policy.withAllowed(allowed);
    }
    if (dialects.isStrict()) {
      policy = policy.strict();
    }
    for (Map.Entry<WebTransportQuirk, Boolean> entry : dialects.quirks().entrySet()) {
      Quirk quirk = Quirk.valueOf(entry.getKey().name());
      policy = entry.getValue() ? policy.tolerating(quirk) : policy.refusing(quirk);
    }
    return policy;
  }

  /** The engine's form of an offer. */
  public static ProtocolOffer protocols(List<String> names, boolean required) {
    try {
      return new ProtocolOffer(names, required);
    } catch (IllegalArgumentException e) {
      throw new WebTransportSyntaxException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Refuses a header of an application that may not be sent.
   *
   * @throws WebTransportTypeException with the name and what is expected
   */
  public static void requireHeader(String name, String value) {
    ApplicationFields.fault(name, value)
        .ifPresent(
            fault -> {
              throw new WebTransportTypeException(fault);
            });
  }

  /** What is wrong with a value of a header, whosever it is; empty if nothing is. */
  public static Optional<String> valueFault(String name, String value) {
    return new Fields.Field(name, value).isWellFormed() && value.chars().allMatch(c -> c < 0x7f)
        ? Optional.empty()
        : Optional.of(name + ": " + value + " (expected: printable ASCII)");
  }

  /**
   * Refuses what no browser would send as an {@code Origin}.
   *
   * @throws IllegalArgumentException with what is expected
   */
  public static void requireOrigin(String origin) {
    if (!OriginPolicy.isOrigin(origin)) {
      throw new IllegalArgumentException(
          "origin: " + origin + " (expected: " + OriginPolicy.SHAPE + ")");
    }
  }

  private static ClientTls tls(WebTransportOptions options) {
    return new ClientTls(
        trust(options),
        options.clientCertificate().map(shown -> new Credentials(shown.key(), shown.chain())),
        options.exportsKeyingMaterial());
  }

  /** The engine's form of headers. */
  public static Fields fields(WebTransportHeaders headers) {
    Fields fields = Fields.empty();
    for (Map.Entry<String, String> entry : headers.entries()) {
      fields = fields.with(entry.getKey(), entry.getValue());
    }
    return fields;
  }

  private static Fields fields(WebTransportOptions options) {
    Fields fields = fields(options.headers());
    return options
        .priority()
        .map(asked -> fields.with(new Priority(asked.urgency(), asked.incremental()).field()))
        .orElse(fields);
  }

  private static void requireTogether(WebTransportOptions options) {
    if (options.allowsPooling() && !options.serverCertificateHashes().isEmpty()) {
      throw new WebTransportNotSupportedException(
          "allowPooling: true (expected: false with serverCertificateHashes)");
    }
  }

  /** As the text has it, this is told by the session and not thrown. */
  private static CompletableFuture<SessionHandle> blocked(WebTransportUrl target) {
    return CompletableFuture.failedFuture(
        WebTransportError.session(
            "port: "
                + target.port()
                + " (expected: one that no other protocol is known to use; see Fetch, bad port)"));
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
