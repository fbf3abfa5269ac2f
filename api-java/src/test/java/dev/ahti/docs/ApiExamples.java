package dev.ahti.docs;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportConnectionStats;
import dev.ahti.webtransport.WebTransportDatagramPolicy;
import dev.ahti.webtransport.WebTransportDatagramResult;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import dev.ahti.webtransport.WebTransportInfo;
import dev.ahti.webtransport.WebTransportMessages;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportReconnect;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;

/** The code of docs/api.md; that it compiles is what it is for. */
final class ApiExamples {
  private ApiExamples() {}

  static void policies(WebTransport session) {
    // #policies
    WebTransportDatagramsWritable positions = session.datagrams().createWritable();
    // The first byte says whose position it is: of each player only the newest one waits.
    positions.setPolicy(WebTransportDatagramPolicy.latestPerKey(datagram -> datagram.apply(0)));
    // What comes and is not read: what is there stays, the newest is dropped.
    session.datagrams().setIncomingPolicy(WebTransportDatagramPolicy.dropNewest());
    // #policies
  }

  static void results(
      WebTransportDatagramsWriter writer, ByteString datagram, Consumer<ByteString> onAStream) {
    // #results
    writer
        .send(datagram)
        .thenAccept(
            result -> {
              if (result == WebTransportDatagramResult.TOO_LARGE) {
                onAStream.accept(datagram);
              }
            });
    // #results
  }

  static CompletionStage<WebTransportSendStream> deadline(WebTransport session) {
    // #deadline
    WebTransportSendStreamOptions frame =
        WebTransportSendStreamOptions.create()
            .withSendOrder(7)
            .withStartTimeout(Duration.ofMillis(200));
    CompletionStage<WebTransportSendStream> opened = session.createUnidirectionalStream(frame);
    // #deadline
    return opened;
  }

  static Flow<ByteString, ByteString, NotUsed> messages(WebTransportBidirectionalStream stream) {
    // #messages
    Flow<ByteString, ByteString, NotUsed> messages =
        WebTransportMessages.lengthPrefixed(64 * 1024).join(stream.flow());
    // #messages
    return messages;
  }

  static void info(WebTransport session, Logger log) {
    // #info
    WebTransportInfo info = session.info();
    log.info(
        "{} of {} speaks {}, and may deviate by {}",
        info.path(),
        info.remoteAddress(),
        info.draft(),
        info.toleratedQuirks());
    // #info
  }

  static void statistics(WebTransport session, Consumer<WebTransportConnectionStats> chart) {
    // #statistics
    session.statsEvery(Duration.ofSeconds(1)).runForeach(chart::accept, session.materializer());
    // #statistics
  }

  static CompletionStage<Done> reconnecting(
      ActorSystem<?> system, String url, WebTransportOptions options) {
    // #reconnect
    CompletionStage<Done> over =
        WebTransportReconnect.to(system, url, options)
            .withBackoff(Duration.ofSeconds(1), Duration.ofMinutes(1))
            .withAttempts(100)
            .sessions()
            .runForeach(session -> subscribe(session), system);
    // #reconnect
    return over;
  }

  private static void subscribe(WebTransport session) {
    session.incomingUnidirectionalStreams().runForeach(stream -> {}, session.materializer());
  }
}
