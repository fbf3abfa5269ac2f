package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.Routing;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.actor.SessionRequest;
import dev.ahti.engine.actor.SessionRouter;
import dev.ahti.engine.wire.Fields;
import dev.ahti.webtransport.ReadableStreamType;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.impl.ApiSession;
import dev.ahti.webtransport.impl.Dialling;
import dev.ahti.webtransport.impl.Infos;
import dev.ahti.webtransport.impl.PathAndQuery;
import dev.ahti.webtransport.impl.PathTable;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Finds the route of a path, and does what it says. Any loop. */
final class Routes implements SessionRouter {
  private final Ahti ahti;
  private final ServerRegistry registry;
  private final String listener;
  private final WebTransportOrigins origins;
  private final WebTransportServer.Tls settings;
  private final ReadableStreamType readableType;
  private final PathTable<WebTransportRoute> table;
  private final PlainRoutes plain;
  private volatile Supplier<Optional<ServedCertificates.Shown>> shown = Optional::empty;

  Routes(Ahti ahti, ServerRegistry registry, WebTransportServer.Config config) {
    this.ahti = ahti;
    this.registry = registry;
    this.listener = config.name();
    this.origins = config.requests().origins();
    this.settings = config.tls();
    this.readableType = config.requests().readableType();
    this.table = PathTable.of(config.routes());
    this.plain =
        new PlainRoutes(
            registry,
            config.name(),
            config.requests().http(),
            ahti.settings().http().requestBody());
  }

  /** Whether a page may go on, which the route says or else the server. */
  boolean allows(String origin, String authority, String path) {
    return find(path)
        .flatMap(found -> found.value().origins())
        .orElse(origins)
        .judge()
        .allows(new WebTransportOrigins.Asked(origin, authority, path), this::isOwn);
  }

  private boolean isOwn(String authority) {
    return shown.get().filter(now -> CertificateNames.cover(now, authority)).isPresent();
  }

  /** What the server shows, as it changes; nothing before this is called. */
  void shows(Supplier<Optional<ServedCertificates.Shown>> certificates) {
    shown = certificates;
  }

  private Optional<PathTable.Found<WebTransportRoute>> find(String path) {
    return table.find(PathAndQuery.of(path).path());
  }

  @Override
  public Routing route(SessionRequest request) {
    Optional<PathTable.Found<WebTransportRoute>> found = find(request.path());
    return found.isPresent()
        ? decide(request, found.get())
        : new Routing.Refuse(request.dialect().missingResourceStatus());
  }

  private Routing decide(SessionRequest asked, PathTable.Found<WebTransportRoute> found) {
    WebTransportRoute route = found.value();
    WebTransportRequest request =
        new WebTransportRequest(asked, found.pattern(), found.parameters());
    // Here, as the decision may come on another thread.
    Optional<String> protocol = route.protocol(request.protocols());
    if (route.decider() instanceof WebTransportRoute.Decider.Now now) {
      SessionHandler handler = session -> now.handler().onSession(request, session);
      return accept(request, route, protocol, WebTransportAnswer.accept(handler));
    }
    WebTransportRoute.Decider.Later later = (WebTransportRoute.Decider.Later) route.decider();
    return new Routing.Later(
        decided(
            later.decision().apply(request), answer -> routing(request, route, protocol, answer)));
  }

  /** A stage that passes its cancellation on. */
  static <T> CompletableFuture<Routing> decided(
      CompletionStage<T> decision, Function<T, Routing> then) {
    CompletableFuture<Routing> routing =
        decision
            .thenApplyAsync(
                answer -> then.apply(requireNonNull(answer, "the decision is null")), Runnable::run)
            .toCompletableFuture();
    routing.whenComplete(
        (done, failure) -> {
          if (routing.isCancelled()) {
            cancel(decision);
          }
        });
    return routing;
  }

  private static void cancel(CompletionStage<?> decision) {
    try {
      decision.toCompletableFuture().cancel(true);
    } catch (UnsupportedOperationException e) {
      // A stage that cannot be cancelled goes on, for nobody.
    }
  }

  private Routing routing(
      WebTransportRequest request,
      WebTransportRoute route,
      Optional<String> protocol,
      WebTransportAnswer answer) {
    return answer instanceof WebTransportAnswer.Accept accept
        ? accept(request, route, protocol, accept)
        : refuse((WebTransportAnswer.Refuse) answer);
  }

  private Routing accept(
      WebTransportRequest request,
      WebTransportRoute route,
      Optional<String> protocol,
      WebTransportAnswer.Accept answer) {
    return new Routing.Accept(
        session -> {
          registry.add(labels(request.route(), session), session);
          run(answer.handler(), apiSession(session));
        },
        answer.protocol().or(() -> protocol),
        Dialling.fields(route.responseHeaders()).with(Dialling.fields(answer.headers())));
  }

  private static Routing refuse(WebTransportAnswer.Refuse answer) {
    Fields fields = Dialling.fields(answer.headers());
    return answer.body().isEmpty()
        ? new Routing.Answer(answer.status(), fields, answer.body())
        : new Routing.Answer(
            answer.status(),
            fields
                .with("content-type", answer.contentType())
                .with("content-length", Integer.toString(answer.body().length())),
            answer.body());
  }

  @Override
  public Routing plain(Fields request, InetSocketAddress remote) {
    return plain.route(request, remote);
  }

  @Override
  public Optional<Routing> plainWhileDraining(Fields request, InetSocketAddress remote) {
    return plain.whileDraining(request);
  }

  @Override
  public boolean answersWhileDraining() {
    return plain.answersWhileDraining();
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
        readableType,
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
