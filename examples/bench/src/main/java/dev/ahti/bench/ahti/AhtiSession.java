package dev.ahti.bench.ahti;

import dev.ahti.bench.BenchSession;
import dev.ahti.bench.DatagramWindow;
import dev.ahti.bench.Receipt;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The exchanges on one WebTransport session. */
final class AhtiSession implements BenchSession {
  private final WebTransport session;
  private final Materializer materializer;

  /** Started by the first datagram round: a session's datagrams can be read by one stream only. */
  private DatagramLoad.@Nullable Control datagrams;

  AhtiSession(WebTransport session) {
    this.session = session;
    this.materializer = session.materializer();
  }

  @Override
  public CompletionStage<Receipt> upload(long bytes) {
    return session
        .createBidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .thenCompose(
            stream ->
                Bulk.pattern(bytes)
                    .via(stream.flow())
                    .fold(ByteString.emptyByteString(), ByteString::concat)
                    .runWith(Sink.head(), materializer))
        .thenApply(answer -> Receipt.decode(answer.asByteBuffer()));
  }

  @Override
  public CompletionStage<Receipt> download(long bytes) {
    ByteString request =
        ByteString.fromArrayUnsafe(ByteBuffer.allocate(Long.BYTES).putLong(bytes).array());
    return session
        .createBidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .thenCompose(
            stream ->
                Source.single(request)
                    .via(stream.flow())
                    .via(Bulk.receipt())
                    .runWith(Sink.head(), materializer));
  }

  @Override
  public CompletionStage<Done> exchangeStreams(int count, int window, int size) {
    return new StreamLoad(session, materializer, count, size).start(window);
  }

  @Override
  public CompletionStage<long[]> pingPong(int count, int size) {
    return session
        .createBidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .thenCompose(
            stream ->
                stream.flow().joinMat(new PingPong(count, size), Keep.right()).run(materializer));
  }

  @Override
  public CompletionStage<Done> exchangeDatagrams(DatagramWindow window, int size) {
    if (datagrams == null) {
      datagrams =
          session
              .datagrams()
              .readable()
              .viaMat(Flow.fromGraph(new DatagramLoad()), Keep.right())
              .to(session.datagrams().createWritable().sink())
              .run(materializer);
    }
    return datagrams.start(window, size);
  }

  @Override
  public void close() {
    session.close();
    Systems.result(session.closed(), "closing a session");
  }
}
