package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.actor.FlowLimits;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientAuthentication.Mode;
import dev.ahti.webtransport.CongestionControlAlgorithm;
import dev.ahti.webtransport.ReadableStreamType;
import dev.ahti.webtransport.WebTransportCongestionControl;
import dev.ahti.webtransport.WebTransportDialects;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.impl.PathTable;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ClassicActorSystemProvider;

/**
 * A WebTransport server over HTTP/3 and HTTP/2. Immutable: each {@code with…} gives a changed copy,
 * {@link #bind()} starts it.
 *
 * <pre>{@code
 * WebTransportServer.create(system)
 *     .withPort(4433)
 *     .withCertificate(ServerCertificate.fromPem(chain, key))
 *     .withRoute("/echo", session -> ...)
 *     .bind();
 * }</pre>
 *
 * <p>Requests with an {@code Origin} are refused (403) unless it is allowed with {@link
 * #withOrigins(String...)}; requests without one come from programs and are accepted. Paths without
 * a route are refused with the status of the peer's draft (404 or 405).
 */
public final class WebTransportServer {
  private final ClassicActorSystemProvider system;
  private final Config config;

  private WebTransportServer(ClassicActorSystemProvider system, Config config) {
    this.system = system;
    this.config = config;
  }

  /**
   * A server on 127.0.0.1, a free port, with self-signed certificates of its own, the configured
   * drafts, no allowed origin and no route.
   *
   * @param system runs the server; when it terminates, the server stops
   */
  public static WebTransportServer create(ClassicActorSystemProvider system) {
    return new WebTransportServer(
        requireNonNull(system, "system"),
        new Config(
            "server",
            "127.0.0.1",
            0,
            new CertificateOrigin.Rotating(List.of()),
            Requests.DEFAULTS,
            WebTransportDialects.configured(),
            Map.of(),
            Tls.DEFAULTS));
  }

  /** Listens under this name, which has to be unique in the actor system. */
  public WebTransportServer withName(String name) {
    return with(config.withName(name));
  }

  /** Listens on this host name or IP literal. */
  public WebTransportServer withHost(String host) {
    return with(config.withHost(host));
  }

  /** Listens on this port; 0 picks a free one. */
  public WebTransportServer withPort(int port) {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
    }
    return with(config.withPort(port));
  }

  /** Shows this certificate instead of a new self-signed one. */
  public WebTransportServer withCertificate(ServerCertificate certificate) {
    return with(config.withCertificate(new CertificateOrigin.Given(certificate)));
  }

  /**
   * Shows the certificate of these files, and what they hold once they have changed, within a
   * second: however they are renewed, and without any effect on sessions and handshakes. Files that
   * cannot be used change nothing; a warning in the log says why, once. {@link #bind()} fails when
   * they cannot be used then.
   *
   * @see WebTransportServerBinding#replaceCertificates to replace a certificate by a call
   */
  public WebTransportServer withCertificate(CertificateFiles files) {
    return with(config.withCertificate(new CertificateOrigin.Watched(files)));
  }

  /**
   * Shows short-lived self-signed certificates, a new one every {@code
   * ahti.listener.certificates.rotation}, as browsers accept them by their hash: {@link
   * WebTransportServerBinding#certificateHashes()} has that of the one that is shown and that of
   * the one which comes next. Their keys are nowhere but in memory, so a server that starts anew
   * has new ones. This is what a server does unless it is given a certificate, for the host that it
   * listens on.
   *
   * @param names host names and IP literals that they are for
   */
  public WebTransportServer withRotatingCertificates(String... names) {
    return with(config.withCertificate(new CertificateOrigin.Rotating(List.of(names))));
  }

  /**
   * Shows this certificate to clients that ask for this host; those who name no host, or another,
   * get that of {@link #withCertificate(ServerCertificate)}.
   *
   * @param hostName such as {@code a.example.org}, or {@code *.example.org} for every name with one
   *     label more; an exact name goes first
   */
  public WebTransportServer withCertificate(String hostName, ServerCertificate certificate) {
    return withOrigin(hostName, new CertificateOrigin.Given(certificate));
  }

  /**
   * Shows the certificate of these files to clients that ask for this host, and goes on as {@link
   * #withCertificate(CertificateFiles)}.
   *
   * @param hostName as for {@link #withCertificate(String, ServerCertificate)}
   */
  public WebTransportServer withCertificate(String hostName, CertificateFiles files) {
    return withOrigin(hostName, new CertificateOrigin.Watched(files));
  }

  private WebTransportServer withOrigin(String hostName, CertificateOrigin origin) {
    return with(config.withTls(config.tls().withCertificate(hostName, origin)));
  }

  /**
   * Refuses clients in the handshake unless they show a certificate that one of these authorities
   * issued; {@code info().peerCertificates()} of a session has its chain.
   */
  public WebTransportServer withRequiredClientCertificates(List<X509Certificate> authorities) {
    return with(
        config.withTls(
            config.tls().withClients(new ClientAuthentication(Mode.REQUIRED, authorities))));
  }

  /** Asks clients for a certificate and lets those in that have none; a bad one is refused. */
  public WebTransportServer withOptionalClientCertificates(List<X509Certificate> authorities) {
    return with(
        config.withTls(
            config.tls().withClients(new ClientAuthentication(Mode.OPTIONAL, authorities))));
  }

  /**
   * Makes {@code exportKeyingMaterial} of sessions possible: connections then keep the secret that
   * the material is derived from until they close.
   */
  public WebTransportServer withKeyingMaterialExport() {
    return with(config.withTls(config.tls().withExporting()));
  }

  /**
   * What the congestion control of sessions is to be good at; {@link
   * WebTransportCongestionControl#DEFAULT} unless set. {@code congestionControl()} of a session
   * tells whether the wish was met.
   */
  public WebTransportServer withCongestionControl(WebTransportCongestionControl wish) {
    return with(config.withTls(config.tls().withCongestionControl(requireNonNull(wish, "wish"))));
  }

  /**
   * Sends at the pace that this algorithm finds, whatever {@link #withCongestionControl} wishes;
   * unless either is set, at that of the configured one.
   */
  public WebTransportServer withCongestionControlAlgorithm(CongestionControlAlgorithm algorithm) {
    return with(config.withTls(config.tls().withAlgorithm(algorithm)));
  }

  /**
   * Accepts requests from pages of these origins, such as {@code https://example.org}; {@code *}
   * stands for any, {@code null} for a page that has none.
   *
   * @throws IllegalArgumentException for what is not an origin, such as one with a path
   * @see <a href="https://www.rfc-editor.org/rfc/rfc6454">RFC 6454</a>
   */
  public WebTransportServer withOrigins(String... origins) {
    return withOrigins(WebTransportOrigins.of(origins));
  }

  /**
   * Accepts requests from these pages; from none unless set. A route may have others of its own
   * ({@link WebTransportRoute#withOrigins}).
   */
  public WebTransportServer withOrigins(WebTransportOrigins origins) {
    return with(config.withRequests(config.requests().withOrigins(origins)));
  }

  /**
   * Answers requests that ask for no session, on the same port. Unless set, a GET is told that this
   * is a WebTransport server.
   */
  public WebTransportServer withHttp(WebTransportHttp http) {
    return with(config.withRequests(config.requests().withHttp(http)));
  }

  /**
   * What the datagrams of sessions are read as; whole ones unless set. As {@link
   * dev.ahti.webtransport.WebTransportOptions#withDatagramsReadableType} of a client.
   */
  public WebTransportServer withDatagramsReadableType(ReadableStreamType type) {
    return with(config.withRequests(config.requests().withReadableType(type)));
  }

  /**
   * Closes sessions that nobody references any more, as those of clients are: see {@link
   * dev.ahti.webtransport.WebTransport}. Off unless set: a handler that has nothing to do until the
   * client does something need not hold its session.
   */
  public WebTransportServer withUnreferencedSessionsClosed(boolean close) {
    return with(config.withTls(config.tls().withUnreferencedClosed(close)));
  }

  /**
   * Serves these versions of HTTP, all on the same port: HTTP/3 on UDP, HTTP/2 on TCP. Both unless
   * set. Answers over HTTP/2 say that HTTP/3 is there too ({@code Alt-Svc}, RFC 7838).
   */
  public WebTransportServer withHttpVersions(
      WebTransportHttpVersion first, WebTransportHttpVersion... more) {
    return with(config.withTls(config.tls().withVersions(EnumSet.of(first, more))));
  }

  /** Speaks only these drafts. */
  public WebTransportServer withDrafts(WebTransportDraft first, WebTransportDraft... more) {
    return with(config.withDialects(config.dialects().withDrafts(first, more)));
  }

  /** Speaks these drafts, and is so lenient; as configured in {@code ahti.dialects} unless set. */
  public WebTransportServer withDialects(WebTransportDialects value) {
    return with(config.withDialects(requireNonNull(value, "dialects")));
  }

  /**
   * How many bytes of all streams of a session a client may send ahead of what the application has
   * taken: its limit in SETTINGS, and in WT_MAX_DATA. What is configured ({@code
   * ahti.session.flow.data-window}) unless set.
   *
   * @param bytes 1 to 2^60
   */
  public WebTransportServer withMaxData(long bytes) {
    return withFlow(config.tls().flow().withData(bytes));
  }

  /**
   * How many bidirectional streams a client may open in a session ahead of those that have ended:
   * its limit in SETTINGS, and in WT_MAX_STREAMS. What is configured ({@code
   * ahti.session.flow.streams-bidirectional}) unless set. Over HTTP/3 the connection has a limit,
   * too ({@code ahti.netty.streams-bidirectional}).
   *
   * @param streams above zero
   */
  public WebTransportServer withMaxStreamsBidirectional(int streams) {
    return withFlow(config.tls().flow().withStreamsBidirectional(streams));
  }

  /** As {@link #withMaxStreamsBidirectional}, of unidirectional streams. */
  public WebTransportServer withMaxStreamsUnidirectional(int streams) {
    return withFlow(config.tls().flow().withStreamsUnidirectional(streams));
  }

  private WebTransportServer withFlow(FlowLimits flow) {
    return with(config.withTls(config.tls().withFlow(flow)));
  }

  /**
   * Hands the sessions of a path to a handler; replaces the path's handler before.
   *
   * @param path as for {@link #withRoute(String, WebTransportRoute)}
   */
  public WebTransportServer withRoute(String path, SessionHandler handler) {
    return withRoute(path, WebTransportRoute.of(handler));
  }

  /**
   * Hands the sessions of a path to a route, which may also decide whom to accept, choose a
   * protocol and answer with headers; replaces the path's route before.
   *
   * <p>A path may have parameters: {@code /rooms/{id}} takes one segment that is not empty, {@code
   * /files/{path*}} all that is left, {@link WebTransportRequest#pathParameters} has their values.
   * Where several match, an exact path goes first; then, from the left, text before a parameter
   * before the rest.
   *
   * @param path starts with a slash; compared with the request's path without its query, as it came
   * @throws IllegalArgumentException for what is no path, and for one that differs from another one
   *     by the names of parameters alone
   */
  public WebTransportServer withRoute(String path, WebTransportRoute route) {
    requireNonNull(route, "route");
    PathTable.require(path, config.routes().keySet());
    Map<String, WebTransportRoute> routes = new HashMap<>(config.routes());
    routes.put(path, route);
    return with(config.withRoutes(Map.copyOf(routes)));
  }

  /**
   * Starts to listen.
   *
   * @return the binding; fails when the host is unknown, the address cannot be bound, or a
   *     certificate's file cannot be used, with a message that names it. A host name is looked up,
   *     and files are read, on Pekko's dispatcher for blocking work, not by the caller
   */
  public CompletionStage<WebTransportServerBinding> bind() {
    return ServerBinder.bind(system, config);
  }

  /**
   * Starts without a port of its own, for the sessions of a server that the application has made
   * with Netty's own bootstrap: that one accepts the connections and gives it the requests that it
   * wants to become sessions, by {@code dev.ahti.transport.netty.NettyEmbedding} and this server's
   * name. Host, port, certificates and congestion control are that server's; routes, origins,
   * drafts and limits are this one's.
   *
   * @return the binding; fails when the name is in use, or the transport cannot be embedded
   */
  public CompletionStage<WebTransportServerBinding> embed() {
    return ServerBinder.embed(system, config);
  }

  private WebTransportServer with(Config changed) {
    return new WebTransportServer(system, changed);
  }

  /** What was set of TLS, QUIC and sessions so far, but for the certificate of every host. */
  record Tls(
      Map<String, CertificateOrigin> byHostName,
      ClientAuthentication clients,
      boolean exporting,
      WebTransportCongestionControl congestionControl,
      Optional<CongestionControlAlgorithm> algorithm,
      boolean unreferencedClosed,
      Set<WebTransportHttpVersion> versions,
      FlowLimits flow) {
    static final Tls DEFAULTS =
        new Tls(
            Map.of(),
            ClientAuthentication.NONE,
            false,
            WebTransportCongestionControl.DEFAULT,
            Optional.empty(),
            false,
            Set.of(WebTransportHttpVersion.values()),
            FlowLimits.CONFIGURED);

    Tls withCertificate(String hostName, CertificateOrigin certificate) {
      Map<String, CertificateOrigin> more = new HashMap<>(byHostName);
      more.put(hostName, certificate);
      return new Tls(
          Map.copyOf(more),
          clients,
          exporting,
          congestionControl,
          algorithm,
          unreferencedClosed,
          versions,
          flow);
    }

    Tls withClients(ClientAuthentication value) {
      return new Tls(
          byHostName,
          value,
          exporting,
          congestionControl,
          algorithm,
          unreferencedClosed,
          versions,
          flow);
    }

    Tls withExporting() {
      return new Tls(
          byHostName,
          clients,
          true,
          congestionControl,
          algorithm,
          unreferencedClosed,
          versions,
          flow);
    }

    Tls withCongestionControl(WebTransportCongestionControl value) {
      return new Tls(
          byHostName, clients, exporting, value, algorithm, unreferencedClosed, versions, flow);
    }

    Tls withAlgorithm(CongestionControlAlgorithm value) {
      return new Tls(
          byHostName,
          clients,
          exporting,
          congestionControl,
          Optional.of(value),
          unreferencedClosed,
          versions,
          flow);
    }

    Tls withUnreferencedClosed(boolean value) {
      return new Tls(
          byHostName, clients, exporting, congestionControl, algorithm, value, versions, flow);
    }

    Tls withVersions(Set<WebTransportHttpVersion> value) {
      return new Tls(
          byHostName,
          clients,
          exporting,
          congestionControl,
          algorithm,
          unreferencedClosed,
          Set.copyOf(value),
          flow);
    }

    Tls withFlow(FlowLimits value) {
      return new Tls(
          byHostName,
          clients,
          exporting,
          congestionControl,
          algorithm,
          unreferencedClosed,
          versions,
          value);
    }
  }

  /** What was set of requests, but for the routes of sessions. */
  record Requests(
      WebTransportOrigins origins,
      Optional<WebTransportHttp> http,
      ReadableStreamType readableType) {
    static final Requests DEFAULTS =
        new Requests(WebTransportOrigins.none(), Optional.empty(), ReadableStreamType.DEFAULT);

    Requests withOrigins(WebTransportOrigins value) {
      return new Requests(requireNonNull(value, "origins"), http, readableType);
    }

    Requests withHttp(WebTransportHttp value) {
      return new Requests(origins, Optional.of(requireNonNull(value, "http")), readableType);
    }

    Requests withReadableType(ReadableStreamType value) {
      return new Requests(origins, http, requireNonNull(value, "readableType"));
    }
  }

  /** What was set so far. */
  record Config(
      String name,
      String host,
      int port,
      CertificateOrigin certificate,
      Requests requests,
      WebTransportDialects dialects,
      Map<String, WebTransportRoute> routes,
      Tls tls) {

    /** Whether a certificate has to be read from a file. */
    boolean hasFiles() {
      return certificate instanceof CertificateOrigin.Watched
          || tls.byHostName().values().stream()
              .anyMatch(CertificateOrigin.Watched.class::isInstance);
    }

    Config withTls(Tls value) {
      return new Config(name, host, port, certificate, requests, dialects, routes, value);
    }

    Config withName(String value) {
      return new Config(value, host, port, certificate, requests, dialects, routes, tls);
    }

    Config withHost(String value) {
      return new Config(name, value, port, certificate, requests, dialects, routes, tls);
    }

    Config withPort(int value) {
      return new Config(name, host, value, certificate, requests, dialects, routes, tls);
    }

    Config withCertificate(CertificateOrigin value) {
      return new Config(name, host, port, value, requests, dialects, routes, tls);
    }

    Config withRequests(Requests value) {
      return new Config(name, host, port, certificate, value, dialects, routes, tls);
    }

    Config withDialects(WebTransportDialects value) {
      return new Config(name, host, port, certificate, requests, value, routes, tls);
    }

    Config withRoutes(Map<String, WebTransportRoute> value) {
      return new Config(name, host, port, certificate, requests, dialects, value, tls);
    }
  }
}
