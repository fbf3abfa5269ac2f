package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.ListenRequest;
import dev.ahti.engine.actor.ListenerHandle;
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
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
    Routes routes = new Routes(ahti, registry, config);
    // A request may come before the listener is known here.
    routes.shows(() -> Optional.of(certificates.shown()));
    ListenRequest request =
        new ListenRequest(
            config.name(),
            address(config.host(), config.port()),
            new ServerTls(
                certificates.credentials(), config.tls().clients(), config.tls().exporting()),
            Dialling.versions(config.tls().versions()),
            CongestionControls.of(config.tls().algorithm(), config.tls().congestionControl()),
            Dialling.policy(config.dialects(), ahti),
            OriginPolicy.by(routes::allows),
            config.tls().flow(),
            routes);
    return listen(
        ahti,
        config,
        request,
        handle -> {
          ServedCertificates served = certificates.serve(ahti, handle);
          routes.shows(() -> Optional.of(served.now()));
          return Optional.of(served);
        },
        registry);
  }

  /** As {@link #bind}, for a server that is not ours. */
  static CompletionStage<WebTransportServerBinding> embed(
      ClassicActorSystemProvider system, WebTransportServer.Config config) {
    Ahti ahti = Ahti.get(Adapter.toTyped(system.classicSystem()));
    ServerRegistry registry = ServerRegistry.get(Adapter.toTyped(system.classicSystem()));
    Routes routes = new Routes(ahti, registry, config);
    ListenRequest request =
        ListenRequest.embedded(
            config.name(),
            Dialling.versions(config.tls().versions()),
            Dialling.policy(config.dialects(), ahti),
            OriginPolicy.by(routes::allows),
            config.tls().flow(),
            routes);
    return listen(ahti, config, request, handle -> Optional.empty(), registry);
  }

  private static CompletionStage<WebTransportServerBinding> listen(
      Ahti ahti,
      WebTransportServer.Config config,
      ListenRequest request,
      Function<ListenerHandle, Optional<ServedCertificates>> certificates,
      ServerRegistry registry) {
    WebTransportServerBinding.Fixed fixed =
        new WebTransportServerBinding.Fixed(
            config.name(),
            config.tls().versions(),
            request.dialects().allowed().stream().map(Infos::draft).collect(Collectors.toSet()),
            config.routes().keySet());
    return ahti.listen(request)
        .thenApply(
            handle -> {
              WebTransportServerBinding binding =
                  new WebTransportServerBinding(handle, certificates.apply(handle), fixed);
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
