package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.ListenRequest;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.OriginPolicy;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.webtransport.impl.CongestionControls;
import dev.ahti.webtransport.impl.Dialling;
import dev.ahti.webtransport.impl.Infos;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.bouncycastle.util.IPAddress;

/** Turns a server's configuration into the engine's listen request. */
final class ServerBinder {
  private ServerBinder() {}

  static CompletionStage<WebTransportServerBinding> bind(
      ClassicActorSystemProvider system, WebTransportServer.Config config) {
    Ahti ahti = Ahti.get(Adapter.toTyped(system.classicSystem()));
    ServerRegistry registry = ServerRegistry.get(Adapter.toTyped(system.classicSystem()));
    return StartingCertificates.read(system, ahti, config)
        .thenCompose(certificates -> bind(ahti, config, certificates, registry));
  }

  private static CompletionStage<WebTransportServerBinding> bind(
      Ahti ahti,
      WebTransportServer.Config config,
      StartingCertificates certificates,
      ServerRegistry registry) {
    DialectPolicy policy = Dialling.policy(config.dialects(), ahti);
    Routes routes = new Routes(ahti, registry, config);
    ListenRequest request =
        new ListenRequest(
            config.name(),
            address(config.host(), config.port()),
            new ServerTls(
                certificates.credentials(), config.tls().clients(), config.tls().exporting()),
            Dialling.versions(config.tls().versions()),
            CongestionControls.of(config.tls().algorithm(), config.tls().congestionControl()),
            policy,
            OriginPolicy.by(routes::allows),
            config.tls().flow(),
            routes);
    WebTransportServerBinding.Fixed fixed =
        new WebTransportServerBinding.Fixed(
            config.name(),
            config.tls().versions(),
            policy.allowed().stream().map(Infos::draft).collect(Collectors.toSet()),
            config.routes().keySet());
    return ahti.listen(request)
        .thenApply(
            handle -> {
              WebTransportServerBinding binding =
                  new WebTransportServerBinding(handle, certificates.serve(ahti, handle), fixed);
              registry.add(binding);
              return binding;
            });
  }

  /** A name stays unresolved: looking it up may block, and the transport does that elsewhere. */
  private static InetSocketAddress address(String host, int port) {
    return IPAddress.isValid(host)
        ? new InetSocketAddress(host, port)
        : InetSocketAddress.createUnresolved(host, port);
  }

  /** The engine's form of certificates. */
  static ServerCredentials credentials(
      ServerCertificate fallback, Map<String, ServerCertificate> byHostName) {
    Map<String, Credentials> byName = new LinkedHashMap<>();
    byHostName.forEach((name, one) -> byName.put(name, credentials(one)));
    return new ServerCredentials(credentials(fallback), byName);
  }

  private static Credentials credentials(ServerCertificate certificate) {
    return new Credentials(certificate.key(), certificate.chain());
  }
}
