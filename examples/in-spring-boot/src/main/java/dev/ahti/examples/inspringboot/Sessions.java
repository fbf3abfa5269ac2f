package dev.ahti.examples.inspringboot;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The actor system and the server as beans. The application gives the actor system and ends it:
 * with it the server drains, closes its sessions and gives the port back.
 */
@Configuration
class Sessions {

  /** Ended by {@link Ending}: {@code terminate()} alone would not be waited for. */
  @Bean(destroyMethod = "")
  ActorSystem<Void> actorSystem() {
    return ActorSystem.create(Behaviors.empty(), "application");
  }

  @Bean(destroyMethod = "close")
  Ending ending(ActorSystem<Void> system) {
    return new Ending(system);
  }

  @Bean(destroyMethod = "")
  WebTransportServerBinding sessionServer(
      ActorSystem<Void> system, @Value("${echo.port:4433}") int port) throws Exception {
    return WebTransportServer.create(system)
        .withPort(port)
        .withRoute("/echo", Sessions::echo)
        .bind()
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @Bean
  ApplicationRunner teller(WebTransportServerBinding server) {
    return arguments ->
        System.out.println(server.url() + "/echo " + server.certificateHash().hex());
  }

  private static void echo(WebTransport session) {
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
            session.materializer());
  }

  /** Ends the actor system with the application, and waits for it. */
  record Ending(ActorSystem<Void> system) implements AutoCloseable {

    @Override
    public void close() throws Exception {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }
}
