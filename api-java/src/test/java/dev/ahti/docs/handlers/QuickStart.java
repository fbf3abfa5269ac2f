package dev.ahti.docs.handlers;

import com.typesafe.config.ConfigFactory;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.server.CertificateFiles;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/** The quick start of the Erlang library, in Java. */
public final class QuickStart {
  private QuickStart() {}

  // #quick-start
  /** 1. Start the server. */
  static CompletionStage<WebTransportServerBinding> start(
      ActorSystem<?> system, WebTransportHttpVersion transport, Path cert, Path key, int port) {
    return WebTransportServer.create(system)
        .withName("my_server")
        .withHttpVersions(transport)
        .withPort(port)
        .withCertificate(CertificateFiles.pem(cert, key))
        .withRoute(
            "/echo",
            SessionProgram.of(
                new EchoHandler(), ConfigFactory.parseString("greeting = \"echo: \"")))
        .bind();
  }

  /** 2. Connect a client: what happens is told to this actor. 3. Send and receive. */
  static Behavior<SessionEvent> caller(
      WebTransportHttpVersion transport, int port, Consumer<String> print) {
    return Behaviors.setup(
        context -> {
          WebTransport session =
              WebTransport.connect(
                  context.getSystem(),
                  "https://localhost:" + port + "/echo",
                  WebTransportOptions.create()
                      .withHttpVersions(transport)
                      .withoutCertificateCheck());
          SessionProgram.forward(context.getSelf()).run(session);
          return Behaviors.receive(SessionEvent.class)
              .onMessage(
                  SessionEvent.Opened.class,
                  event -> {
                    // Open a bidirectional stream
                    event.session().tell(SessionCommand.OpenStream.bidirectional("hello"));
                    return Behaviors.same();
                  })
              .onMessage(
                  SessionEvent.StreamOpened.class,
                  event -> {
                    // Send data
                    event
                        .session()
                        .tell(
                            new SessionCommand.Send(
                                event.stream(), ByteString.fromString("hello")));
                    return Behaviors.same();
                  })
              .onMessage(
                  SessionEvent.StreamData.class,
                  event -> {
                    // Receive the echo: prints "Got: echo: hello"
                    print.accept("Got: " + event.data().utf8String());
                    event.acknowledge();
                    // Send a datagram (unreliable)
                    event
                        .session()
                        .tell(new SessionCommand.SendDatagram(ByteString.fromString("ping")));
                    return Behaviors.same();
                  })
              .onMessage(
                  SessionEvent.Datagram.class,
                  event -> {
                    // Prints "Got: echo: ping"
                    print.accept("Got: " + event.data().utf8String());
                    // Clean up
                    event.session().tell(new SessionCommand.CloseSession(0, ""));
                    return Behaviors.same();
                  })
              .onMessage(SessionEvent.Ended.class, event -> Behaviors.stopped())
              .onAnyMessage(event -> Behaviors.same())
              .build();
        });
  }
  // #quick-start
}
