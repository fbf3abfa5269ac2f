package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.ListenRequest;
import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.actor.Routing;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.actor.SessionRequest;
import dev.ahti.engine.actor.SessionRouter;
import dev.ahti.engine.dialect.OriginPolicy;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.wire.Fields;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.impl.ApiSession;
import dev.ahti.webtransport.impl.CongestionControls;
import dev.ahti.webtransport.impl.Dialling;
import dev.ahti.webtransport.impl.Infos;
import dev.ahti.webtransport.impl.PathAndQuery;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.util.ByteString;
import org.bouncycastle.util.IPAddress;

/** Turns a server's configuration into the engine's listen request. */
final class ServerBinder {
  private static final String PLAIN_ANSWER = "This is a WebTransport server.\n";

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
    ListenRequest request =
        new ListenRequest(
            config.name(),
            address(config.host(), config.port()),
            new ServerTls(
                certificates.credentials(), config.tls().clients(), config.tls().exporting()),
            Dialling.versions(config.tls().versions()),
            CongestionControls.of(config.tls().algorithm(), config.tls().congestionControl()),
            Dialling.policy(config.dialects(), ahti),
            OriginPolicy.of(config.origins()),
            config.tls().flow(),
            routes(ahti, config, registry));
    return listen(
        ahti, config, request, handle -> Optional.of(certificates.serve(ahti, handle)), registry);
  }

  /** As {@link #bind}, for a server that is not ours. */
  static CompletionStage<WebTransportServerBinding> embed(
      ClassicActorSystemProvider system, WebTransportServer.Config config) {
    Ahti ahti = Ahti.get(Adapter.toTyped(system.classicSystem()));
    ServerRegistry registry = ServerRegistry.get(Adapter.toTyped(system.classicSystem()));
    ListenRequest request =
        ListenRequest.embedded(
            config.name(),
            Dialling.versions(config.tls().versions()),
            Dialling.policy(config.dialects(), ahti),
            OriginPolicy.of(config.origins()),
            config.tls().flow(),
            routes(ahti, config, registry));
    return listen(ahti, config, request, handle -> Optional.empty(), registry);
  }

  private static Routes routes(
      Ahti ahti, WebTransportServer.Config config, ServerRegistry registry) {
    return new Routes(ahti, registry, config.name(), config.routes(), config.tls());
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

  /** Finds the handler of a path. */
  private record Routes(
      Ahti ahti,
      ServerRegistry registry,
      String listener,
      Map<String, WebTransportRoute> routes,
      WebTransportServer.Tls settings)
      implements SessionRouter {

    @Override
    public Routing route(SessionRequest request) {
      String path = PathAndQuery.of(request.path()).path();
      WebTransportRoute route = routes.get(path);
      return route == null
          ? new Routing.Refuse(request.dialect().missingResourceStatus())
          : new Routing.Accept(
              session -> {
                registry.add(labels(path, session), session);
                run(route.handler(), apiSession(session));
              },
              route.protocol(request.protocols()),
              Dialling.fields(route.responseHeaders()));
    }

    @Override
    public Routing plain(Fields request) {
      String method = request.get(":method").orElse("");
      if (!method.equals("GET") && !method.equals("HEAD")) {
        return new Routing.Answer(
            405, Fields.empty().with("allow", "GET, HEAD"), ByteString.emptyByteString());
      }
      ByteString body = ByteString.fromString(PLAIN_ANSWER, StandardCharsets.UTF_8);
      Fields fields =
          Fields.empty()
              .with("content-type", "text/plain; charset=utf-8")
              .with("content-length", Integer.toString(body.length()));
      // To HEAD goes what GET would get, but for the body (RFC 9110 9.3.2).
      return new Routing.Answer(
          200, fields, method.equals("GET") ? body : ByteString.emptyByteString());
    }

    private SessionLabels labels(String route, SessionHandle session) {
      return new SessionLabels(
          listener,
          route,
          WebTransportHttpVersion.valueOf(session.dialect().version().name()),
          Infos.draft(session.dialect().draft()));
    }

    private ApiSession apiSession(SessionHandle session) {
      return new ApiSession(
          ahti,
          session,
          settings.congestionControl(),
          settings.unreferencedClosed(),
          ahti.settings().session());
    }

    private static void run(SessionHandler handler, ApiSession session) {
      try {
        handler.onSession(session);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("the session's handler failed", e);
      }
    }
  }
}
