package dev.ahti.examples.besidepekkohttp;

import static org.apache.pekko.http.javadsl.server.Directives.complete;
import static org.apache.pekko.http.javadsl.server.Directives.concat;
import static org.apache.pekko.http.javadsl.server.Directives.get;
import static org.apache.pekko.http.javadsl.server.Directives.path;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.webtransport.server.WebTransportServers;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * One actor system with two servers: Pekko HTTP for everything that is HTTP/1.1 on TCP, and
 * WebTransport on UDP. A page gets the hash of the certificate, and the state of the other server,
 * from the first.
 *
 * <p>Arguments: the port of each, 0 for a free one. It prints both addresses.
 */
public final class BesidePekkoHttp {
  private BesidePekkoHttp() {}

  /** Runs until it is stopped by a signal, which ends both servers in order. */
  public static void main(String... arguments) throws Exception {
    int http = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8080;
    int webTransport = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4433;
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "both");
    WebTransportServerBinding sessions =
        WebTransportServer.create(system)
            .withPort(webTransport)
            .withRoute("/echo", BesidePekkoHttp::echo)
            .bind()
            .toCompletableFuture()
            .get();
    ServerBinding pages =
        Http.get(system)
            .newServerAt("127.0.0.1", http)
            .bind(routes(system, sessions))
            .thenApply(bound -> bound.addToCoordinatedShutdown(Duration.ofSeconds(5), system))
            .toCompletableFuture()
            .get();
    System.out.println(
        "http://127.0.0.1:" + pages.localAddress().getPort() + " " + sessions.url() + "/echo");
  }

  private static Route routes(ActorSystem<?> system, WebTransportServerBinding sessions) {
    return concat(
        path("hash", () -> get(() -> complete(sessions.certificateHash().hex()))),
        path(
            "sessions",
            () ->
                get(
                    () ->
                        complete(
                            WebTransportServers.get(system).sessions(0, 100).size()
                                + " sessions"))));
  }

  private static void echo(WebTransport session) {
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
            session.materializer());
  }
}
