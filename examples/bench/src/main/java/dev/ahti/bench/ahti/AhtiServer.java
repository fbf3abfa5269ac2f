package dev.ahti.bench.ahti;

import dev.ahti.bench.Behaviour;
import dev.ahti.bench.BenchServer;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.security.cert.X509Certificate;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** A WebTransport server with a route for each {@link Behaviour}. */
final class AhtiServer implements BenchServer {
  private final ActorSystem<Void> system;
  private final ServerCertificate certificate;
  private final WebTransportServerBinding binding;

  private AhtiServer(
      ActorSystem<Void> system, ServerCertificate certificate, WebTransportServerBinding binding) {
    this.system = system;
    this.certificate = certificate;
    this.binding = binding;
  }

  static AhtiServer open() {
    ActorSystem<Void> system = Systems.start("bench-server");
    ServerCertificate certificate = ServerCertificate.selfSigned("localhost", "127.0.0.1");
    WebTransportServer server =
        WebTransportServer.create(system)
            .withHttpVersions(AhtiSide.version())
            .withCertificate(certificate);
    for (Behaviour behaviour : Behaviour.values()) {
      server = server.withRoute(behaviour.path(), session -> serve(session, behaviour));
    }
    return new AhtiServer(
        system, certificate, Systems.result(server.bind(), "binding the WebTransport server"));
  }

  private static void serve(WebTransport session, Behaviour behaviour) {
    Materializer materializer = session.materializer();
    session
        .incomingBidirectionalStreams()
        .to(Sink.foreach(stream -> stream.flow().join(reply(behaviour)).run(materializer)))
        .run(materializer);
    if (behaviour == Behaviour.ECHO) {
      session
          .datagrams()
          .readable()
          .to(session.datagrams().createWritable().sink())
          .run(materializer);
    }
  }

  private static Flow<ByteString, ByteString, NotUsed> reply(Behaviour behaviour) {
    return switch (behaviour) {
      case ECHO -> Flow.of(ByteString.class);
      case SINK -> Bulk.receipt().map(receipt -> ByteString.fromArrayUnsafe(receipt.encode()));
      case SOURCE -> Bulk.answer();
    };
  }

  @Override
  public int port() {
    return binding.localAddress().getPort();
  }

  @Override
  public X509Certificate certificate() {
    return certificate.chain().get(0);
  }

  @Override
  public void close() {
    Systems.result(binding.stop(), "stopping the WebTransport server");
    Systems.stop(system);
  }
}
