package dev.ahti.docs.handlers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.Bindings;
import dev.ahti.webtransport.OverBothBindings;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDatagramsReader;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.WebTransportHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of docs/handlers.md do what they say. */
@DisplayName("the examples of docs/handlers.md run")
@OverBothBindings
class HandlerExamplesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private interface Body {
    void run(ActorSystem<Void> system, WebTransport client) throws Exception;
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** With a server of an example, and a session of its path. */
  private static void with(
      Function<ActorSystem<?>, WebTransportServer> example, String path, Body body)
      throws Exception {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "examples");
    Ahti ahti = Ahti.get(system);
    try {
      WebTransportServerBinding server =
          await(example.apply(system).withHttpVersions(Bindings.current()).bind());
      WebTransport client =
          WebTransport.connect(
              system,
              server.url() + path,
              WebTransportOptions.create()
                  .withHttpVersions(Bindings.current())
                  .withServerCertificateHashes(server.certificateHash()));
      await(client.ready());
      body.run(system, client);
      client.close();
      await(server.stop());
      Leftovers.awaitNone(system, PATIENCE);
    } finally {
      Closing.all(system::terminate, () -> await(ahti.terminated()), LeakPresenceDetector::check);
    }
  }

  private static void send(WebTransport client, String datagram) throws Exception {
    await(client.datagrams().createWritable().getWriter().write(ByteString.fromString(datagram)));
  }

  private static String next(WebTransportDatagramsReader reader) throws Exception {
    return await(reader.read()).orElseThrow().utf8String();
  }

  @Test
  void sourcesAndSinks() throws Exception {
    with(
        EchoStreams::server,
        "/streams",
        (system, client) -> {
          assertEquals("hello", await(EchoStreams.ask(client, "hello")));
          send(client, "ping");
          assertEquals("ping", next(client.datagrams().getReader()));
        });
  }

  @Test
  void aHandler() throws Exception {
    with(
        EchoHandlerEnds::server,
        "/handler",
        (system, client) -> {
          BlockingQueue<String> answers = new LinkedBlockingQueue<>();
          await(EchoHandlerEnds.ask(client, "hello", answers::add));
          assertEquals("echo: hello", answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
          assertEquals("answered", await(client.closed()).reason());
        });
  }

  @Test
  void aHandlerThatIsAskedFromElsewhere() throws Exception {
    BlockingQueue<HandledSession> sessions = new LinkedBlockingQueue<>();
    EchoHandler noting = new EchoHandler();
    WebTransportHandler<EchoHandler.State> handler =
        new WebTransportHandler<>() {
          @Override
          public Next<EchoHandler.State> init(HandledSession session, Config options) {
            sessions.add(session);
            return noting.init(session, options);
          }

          @Override
          public Next<EchoHandler.State> onDatagram(EchoHandler.State state, ByteString data) {
            return noting.onDatagram(state, data);
          }

          @Override
          public Next<EchoHandler.State> onInfo(EchoHandler.State state, Object message) {
            return noting.onInfo(state, message);
          }
        };
    with(
        system ->
            WebTransportServer.create(system)
                .withRoute(
                    "/handler",
                    SessionProgram.of(handler, ConfigFactory.parseString("greeting = \"\""))),
        "/handler",
        (system, client) -> {
          WebTransportDatagramsReader reader = client.datagrams().getReader();
          send(client, "one");
          assertEquals("one", next(reader));
          sessions.remove().tell("how many");
          assertEquals("1", next(reader));
        });
  }

  @Test
  void anActor() throws Exception {
    with(
        EchoActor::server,
        "/actor",
        (system, client) -> {
          assertEquals("echo: hello", await(EchoStreams.ask(client, "hello")));
          send(client, "ping");
          WebTransportDatagramsReader reader = client.datagrams().getReader();
          assertEquals("echo: ping", next(reader));
          Receptionist.Listing listing =
              await(
                  AskPattern.ask(
                      system.receptionist(),
                      (ActorRef<Receptionist.Listing> replyTo) ->
                          Receptionist.find(EchoActor.KEY, replyTo),
                      PATIENCE,
                      system.scheduler()));
          Set<ActorRef<EchoActor.Command>> actors = listing.getServiceInstances(EchoActor.KEY);
          assertEquals(1, actors.size());
          actors.forEach(actor -> Announcing.announce(actor, "to all"));
          assertEquals("to all", next(reader));
        });
  }
}
