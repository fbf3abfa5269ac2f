package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.impl.PathTable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a server answers to requests that ask for no session: what a page needs that connects to it.
 * Immutable: each {@code with…} gives a changed copy. Paths are those of {@link
 * WebTransportServer#withRoute(String, WebTransportRoute)}, and apart from the routes of sessions.
 *
 * <p>What has no path here is answered with 404, a path that has no such method with 405.
 *
 * @see WebTransportServer#withHttp
 */
public final class WebTransportHttp {
  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

  private final Map<String, Map<String, Endpoint>> endpoints;

  /** What answers at a path. */
  sealed interface Endpoint {

    /** A function. */
    record Call(
        Function<
                WebTransportHttpRequest,
                ? extends CompletionStage<? extends WebTransportHttpResponse>>
            handler)
        implements Endpoint {}

    /** Files, named by the parameter {@code path} of the path. */
    record Files(WebTransportFiles files) implements Endpoint {}

    /** Whether all is well with these listeners; with its own where none is named. */
    record Health(Set<String> listeners) implements Endpoint {}

    /** The hashes of a listener's certificates; of its own where none is named. */
    record Hashes(Optional<String> listener) implements Endpoint {}
  }

  private WebTransportHttp(Map<String, Map<String, Endpoint>> endpoints) {
    this.endpoints = endpoints;
  }

  /** Nothing: 404 for all. */
  public static WebTransportHttp create() {
    return new WebTransportHttp(Map.of());
  }

  /**
   * Answers requests as a function does. It is called on the connection's event loop, when the
   * whole body is there, and must not block; its stage may complete later, on any thread.
   *
   * <p>Limits, each with its answer: the body of a request ({@code ahti.http.request-body}, 413)
   * and of all ({@code ahti.http.request-bodies}, 503); requests of a connection that wait ({@code
   * ahti.connection.undecided-requests}, 503), and how long each may take, its body included
   * ({@code ahti.connection.decision-timeout}, 408 or 503). At the last one, when the client goes
   * away and when the server stops, the stage is cancelled. A failure is answered with 500.
   *
   * @param method such as GET, which answers HEAD as well, or CONNECT, which cannot be answered
   * @param path may have parameters
   * @throws IllegalArgumentException for what is no method or path, and for what is there already
   */
  public WebTransportHttp withHandler(
      String method,
      String path,
      Function<
              WebTransportHttpRequest,
              ? extends CompletionStage<? extends WebTransportHttpResponse>>
          handler) {
    if (!METHOD.matcher(method).matches() || method.equals("CONNECT") || method.equals("HEAD")) {
      throw new IllegalArgumentException(
          "method: " + method + " (expected: one such as GET or POST; GET answers HEAD)");
    }
    return with(method, path, new Endpoint.Call(requireNonNull(handler, "handler")));
  }

  /**
   * Serves the files of a directory.
   *
   * @param prefix where: {@code /} or {@code /static}; what comes behind its slash names the file
   * @throws IllegalArgumentException for what is no path, and for what is there already
   */
  public WebTransportHttp withFiles(String prefix, WebTransportFiles files) {
    String directory = prefix.endsWith("/") ? prefix : prefix + "/";
    return with("GET", directory + "{path*}", new Endpoint.Files(requireNonNull(files, "files")));
  }

  /**
   * Says whether work may be sent to this server: 200, and 503 as soon as it drains, as it does
   * when its actor system shuts down. It is what a server goes on to answer while it drains, on new
   * connections: those that a client has are told to go, and take no more requests.
   */
  public WebTransportHttp withHealth(String path) {
    return with("GET", path, new Endpoint.Health(Set.of()));
  }

  /**
   * Says whether work may be sent to other servers of the same actor system, as one on a port for
   * probes alone does: 503 as soon as one of these drains, or is not there.
   *
   * @param listeners their names, see {@link WebTransportServer#withName}; at least one
   * @throws IllegalArgumentException for none
   */
  public WebTransportHttp withHealth(String path, Collection<String> listeners) {
    if (listeners.isEmpty()) {
      throw new IllegalArgumentException("listeners: none (expected: at least one)");
    }
    return with("GET", path, new Endpoint.Health(Set.copyOf(listeners)));
  }

  private WebTransportHttp with(String method, String path, Endpoint endpoint) {
    PathTable.require(path, endpoints.keySet());
    Map<String, Map<String, Endpoint>> more = new LinkedHashMap<>(endpoints);
    Map<String, Endpoint> methods = new TreeMap<>(more.getOrDefault(path, Map.of()));
    if (methods.putIfAbsent(method, endpoint) != null) {
      throw new IllegalArgumentException(
          "path: " + method + " " + path + " (expected: one that is not there yet)");
    }
    more.put(path, methods);
    return new WebTransportHttp(more);
  }

  /**
   * Gives the hashes by which clients may trust this server now and soon ({@link
   * CertificateHashes#toJson}), never from a cache, and to pages of every origin: they are no
   * secret. A browser loads them only from a server whose certificate it trusts anyway; for a page
   * see {@link #withCertificateHashes(String, String)}. 503 where the server shows no certificates
   * of its own, as in somebody else's.
   */
  public WebTransportHttp withCertificateHashes(String path) {
    return with("GET", path, new Endpoint.Hashes(Optional.empty()));
  }

  /**
   * Gives those of another server of the same actor system; 503 while it is not there.
   *
   * @param listener its name, see {@link WebTransportServer#withName}
   */
  public WebTransportHttp withCertificateHashes(String path, String listener) {
    return with("GET", path, new Endpoint.Hashes(Optional.of(listener)));
  }

  Stream<Endpoint> endpoints() {
    return endpoints.values().stream().flatMap(methods -> methods.values().stream());
  }

  PathTable<Map<String, Endpoint>> table() {
    return PathTable.of(endpoints);
  }
}
