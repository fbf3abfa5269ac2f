package dev.ahti.docs;

// #server
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;

public final class EchoServer {
  public static void main(String[] args) {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "echo");
    WebTransportServer.create(system)
        .withPort(4433)
        .withCertificate(ServerCertificate.selfSigned("localhost", "127.0.0.1"))
        .withRoute("/echo", EchoServer::echo)
        .bind()
        .thenAccept(b -> System.out.println(b.url() + "/echo " + b.certificateHash().hex()));
  }

  static void echo(WebTransport session) {
    Materializer loop = session.materializer();
    session
        .incomingBidirectionalStreams()
        .runForeach(stream -> stream.flow().join(Flow.create()).run(loop), loop);
  }
}
// #server
