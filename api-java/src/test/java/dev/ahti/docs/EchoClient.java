package dev.ahti.docs;

// #client
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportOptions;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

public final class EchoClient {
  public static void main(String[] args) {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "client");
    hello(system, args[0], WebTransportHash.sha256(args[1]))
        .thenAccept(answer -> System.out.println(answer.utf8String()))
        .whenComplete((done, failure) -> system.terminate());
  }

  static CompletionStage<ByteString> hello(
      ActorSystem<?> system, String url, WebTransportHash hash) {
    var options = WebTransportOptions.create().withServerCertificateHashes(hash);
    WebTransport session = WebTransport.connect(system, url, options);
    return session
        .createBidirectionalStream()
        .thenApply(stream -> Source.single(ByteString.fromString("hello")).via(stream.flow()))
        .thenCompose(echo -> echo.runWith(Sink.reduce(ByteString::concat), system))
        .whenComplete((answer, failure) -> session.close());
  }
}
// #client
