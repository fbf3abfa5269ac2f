package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.Routing;
import dev.ahti.engine.stage.BodyLength;
import dev.ahti.engine.wire.Fields;
import dev.ahti.webtransport.impl.Dialling;
import dev.ahti.webtransport.impl.PathAndQuery;
import dev.ahti.webtransport.impl.PathTable;
import dev.ahti.webtransport.server.WebTransportHttp.Endpoint;
import dev.ahti.webtransport.server.WebTransportHttpResponse.Body;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Answers requests that ask for no session. Any loop; immutable. */
final class PlainRoutes {
  private static final String HELLO = "This is a WebTransport server.\n";
  private static final String GET = "GET";
  private static final String HEAD = "HEAD";

  private final ServerRegistry registry;
  private final String listener;
  private final PathTable<Map<String, Endpoint>> table;
  private final long longestBody;
  private final boolean answersWhileDraining;

  PlainRoutes(
      ServerRegistry registry, String listener, Optional<WebTransportHttp> http, long longestBody) {
    this.registry = registry;
    this.listener = listener;
    this.table = http.orElseGet(PlainRoutes::hello).table();
    this.longestBody = longestBody;
    this.answersWhileDraining =
        http.stream()
            .flatMap(WebTransportHttp::endpoints)
            .anyMatch(Endpoint.Health.class::isInstance);
  }

  /** What a server says that was told nothing. */
  private static WebTransportHttp hello() {
    WebTransportHttpResponse hello = WebTransportHttpResponse.of(200).withText(HELLO);
    return WebTransportHttp.create().withHandler(GET, "/", request -> hello.now());
  }

  Routing route(Fields fields, InetSocketAddress remote) {
    String path = PathAndQuery.of(fields.get(":path").orElse("")).path();
    Optional<PathTable.Found<Map<String, Endpoint>>> found = table.find(path);
    if (found.isEmpty()) {
      return routing(WebTransportHttpResponse.of(404));
    }
    Map<String, Endpoint> methods = found.get().value();
    String method = fields.get(":method").orElse("");
    Endpoint endpoint = methods.get(method.equals(HEAD) ? GET : method);
    return endpoint == null
        ? notAllowed(methods)
        : answer(
            endpoint,
            new WebTransportHttpRequest(
                fields, remote, found.get().parameters(), ByteString.emptyByteString()));
  }

  /** What is answered while the listener drains: how it is. */
  Optional<Routing> whileDraining(Fields fields) {
    String method = fields.get(":method").orElse("");
    if (!method.equals(GET) && !method.equals(HEAD)) {
      return Optional.empty();
    }
    return table
        .find(PathAndQuery.of(fields.get(":path").orElse("")).path())
        .flatMap(found -> Optional.ofNullable(found.value().get(GET)))
        .filter(Endpoint.Health.class::isInstance)
        .map(endpoint -> health((Endpoint.Health) endpoint));
  }

  boolean answersWhileDraining() {
    return answersWhileDraining;
  }

  private static Routing notAllowed(Map<String, Endpoint> methods) {
    String allowed =
        methods.keySet().stream()
            .map(method -> method.equals(GET) ? GET + ", " + HEAD : method)
            .collect(Collectors.joining(", "));
    return routing(WebTransportHttpResponse.of(405).withHeader("allow", allowed));
  }

  private Routing answer(Endpoint endpoint, WebTransportHttpRequest request) {
    if (endpoint instanceof Endpoint.Files served) {
      return new Routing.Later(
          CompletableFuture.supplyAsync(
              () ->
                  routing(
                      FileAnswers.answer(served.files(), request, request.pathParameter("path"))),
              registry.blocking()));
    }
    if (endpoint instanceof Endpoint.Call call) {
      return hasBody(request)
          ? read(call, request)
          : new Routing.Later(Routes.decided(call.handler().apply(request), PlainRoutes::routing));
    }
    return endpoint instanceof Endpoint.Hashes hashes
        ? hashes(hashes.listener().orElse(listener))
        : health((Endpoint.Health) endpoint);
  }

  private Routing hashes(String name) {
    WebTransportServerBinding binding = registry.binding(name);
    Optional<CertificateHashes> hashes =
        binding == null ? Optional.empty() : binding.hashesIfServed();
    return routing(
        hashes
            .map(
                known ->
                    WebTransportHttpResponse.of(200)
                        .withHeader("access-control-allow-origin", "*")
                        .withBody("application/json", ByteString.fromString(known.toJson())))
            .orElseGet(() -> WebTransportHttpResponse.of(503))
            .withHeader("cache-control", "no-store"));
  }

  private Routing health(Endpoint.Health endpoint) {
    Set<String> listeners =
        endpoint.listeners().isEmpty() ? Set.of(listener) : endpoint.listeners();
    boolean well = listeners.stream().allMatch(this::isWell);
    return routing(
        WebTransportHttpResponse.of(well ? 200 : 503)
            .withHeader("cache-control", "no-store")
            .withText(well ? "ok\n" : "draining\n"));
  }

  private boolean isWell(String name) {
    WebTransportServerBinding binding = registry.binding(name);
    // The first request may come before this server is listed.
    return binding == null ? name.equals(listener) : !binding.info().draining();
  }

  private static boolean hasBody(WebTransportHttpRequest request) {
    return !request.method().equals(GET) && !request.method().equals(HEAD);
  }

  private Routing read(Endpoint.Call call, WebTransportHttpRequest request) {
    // Said before it comes, where the client says it.
    Optional<String> length = request.headers().first("content-length");
    boolean tooLong =
        length.filter(text -> text.matches("\\d{1,18}")).map(Long::parseLong).orElse(0L)
            > longestBody;
    return tooLong
        ? routing(WebTransportHttpResponse.of(413))
        : new Routing.Reading(
            longestBody,
            bytes ->
                Routes.decided(
                    call.handler().apply(request.withBody(bytes)), PlainRoutes::routing));
  }

  private static Routing routing(WebTransportHttpResponse response) {
    Fields fields = Dialling.fields(response.headers());
    if (!response.headers().first("date").isPresent()) {
      fields = fields.with("date", HttpDate.now());
    }
    if (!response.contentType().isEmpty()) {
      fields = fields.with("content-type", response.contentType());
    }
    int status = response.status();
    if (response.body() instanceof Body.Streamed streamed) {
      return streamed(status, fields, streamed);
    }
    ByteString bytes = ((Body.Bytes) response.body()).bytes();
    boolean never = status == 204 || status == 205 || status == 304;
    return new Routing.Answer(
        status,
        never ? fields : fields.with("content-length", Integer.toString(bytes.length())),
        bytes);
  }

  private static Routing streamed(int status, Fields fields, Body.Streamed body) {
    if (body.length().isEmpty()) {
      return new Routing.Streamed(status, fields, body.bytes());
    }
    long length = body.length().getAsLong();
    Fields all = fields.with("content-length", Long.toString(length));
    Source<ByteString, ?> bytes = body.bytes();
    return length == 0
        ? new Routing.Answer(status, all, ByteString.emptyByteString())
        : new Routing.Streamed(status, all, bytes.via(new BodyLength(length)));
  }
}
