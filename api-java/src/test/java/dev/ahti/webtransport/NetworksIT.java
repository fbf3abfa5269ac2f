package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.proxy.Direction;
import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All that a session does, in every draft, where each byte comes alone and where packets are lost.
 */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "losses of packets are for TCP to make good")
class NetworksIT {
  private static final int BULK = 1 << 20;
  private static final int CHUNK = 1 << 12;

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @EnumSource
  void everyByteOfAPeerComesAlone(WebTransportDraft draft) throws Exception {
    try (Loopback loopback = start("ahti.netty.read-size = 1")) {
      session(loopback, loopback.binding.url(), draft, 1 << 14);
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoPercentOfPacketsAreLostInBurstsOfThree(WebTransportDraft draft) throws Exception {
    Impairment lossy = Impairment.NONE.withLoss(0.02, 3);
    try (Loopback loopback = start("");
        ImpairmentProxy proxy =
            ImpairmentProxy.start(
                loopback.binding.localAddress().getPort(), lossy, lossy, draft.ordinal())) {
      session(loopback, "https://127.0.0.1:" + proxy.port(), draft, BULK);
      assertTrue(proxy.counters(Direction.TO_SERVER).lost() > 0);
      assertTrue(proxy.counters(Direction.TO_CLIENT).lost() > 0);
    }
  }

  private Loopback start(String config) throws Exception {
    return Loopback.start(config, Map.of("/", accepted::add), UnaryOperator.identity());
  }

  private void session(Loopback loopback, String url, WebTransportDraft draft, int bulk)
      throws Exception {
    WebTransport client =
        WebTransport.connect(loopback.system, url + "/", loopback.trusting().withDrafts(draft));
    await(client.ready());
    End ours = End.of(client, loopback);
    End theirs = End.of(accepted.poll(10, TimeUnit.SECONDS), loopback);
    echoed(loopback, ours, theirs, bulk);
    echoed(loopback, theirs, ours, bulk);
    oneWay(loopback, ours, theirs);
    oneWay(loopback, theirs, ours);
    datagram(loopback, ours, theirs);
    datagram(loopback, theirs, ours);
    reset(loopback, ours, theirs);
    reset(loopback, theirs, ours);
    client.close(new WebTransportCloseInfo(4321, "näkemiin"));
    assertEquals(new WebTransportCloseInfo(4321, "näkemiin"), await(theirs.session().closed()));
    assertEquals(new WebTransportCloseInfo(4321, "näkemiin"), await(client.closed()));
    ours.cancel();
    theirs.cancel();
  }

  /** One side of a session, and what the other sends it. */
  private record End(
      WebTransport session,
      SinkQueueWithCancel<WebTransportBidirectionalStream> streams,
      SinkQueueWithCancel<WebTransportReceiveStream> oneWays,
      SinkQueueWithCancel<ByteString> datagrams) {

    static End of(WebTransport session, Loopback loopback) {
      return new End(
          session,
          session.incomingBidirectionalStreams().runWith(Sink.queue(1), loopback.system),
          session.incomingUnidirectionalStreams().runWith(Sink.queue(1), loopback.system),
          session.datagrams().readable().runWith(Sink.queue(1), loopback.system));
    }

    /** The graph of a queue stays until somebody has pulled its end, or does not want it. */
    void cancel() {
      streams.cancel();
      oneWays.cancel();
      datagrams.cancel();
    }
  }

  private static <T> T next(SinkQueueWithCancel<T> queue) throws Exception {
    return await(queue.pull()).orElseThrow();
  }

  private void echoed(Loopback loopback, End opener, End other, int bulk) throws Exception {
    byte[] random = new byte[bulk];
    new Random(bulk).nextBytes(random);
    ByteString bytes = ByteString.fromArray(random);
    CompletionStage<ByteString> back =
        Source.range(0, bulk / CHUNK - 1)
            .map(i -> bytes.slice(i * CHUNK, (i + 1) * CHUNK))
            .via(await(opener.session().createBidirectionalStream()).flow())
            .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), loopback.system);
    next(other.streams()).flow().join(Flow.of(ByteString.class)).run(loopback.system);
    assertEquals(bytes, await(back));
  }

  private void oneWay(Loopback loopback, End opener, End other) throws Exception {
    Source.single(ByteString.fromString("one way"))
        .runWith(await(opener.session().createUnidirectionalStream()).sink(), loopback.system);
    ByteString seen =
        await(
            next(other.oneWays())
                .source()
                .runWith(
                    Sink.fold(ByteString.emptyByteString(), ByteString::concat), loopback.system));
    assertEquals("one way", seen.utf8String());
  }

  private void datagram(Loopback loopback, End sender, End other) throws Exception {
    // Again and again, for any may be lost.
    Cancellable sending =
        Source.tick(Duration.ZERO, Duration.ofMillis(20), ByteString.fromString("datagram"))
            .to(sender.session().datagrams().createWritable().sink())
            .run(loopback.system);
    assertEquals("datagram", next(other.datagrams()).utf8String());
    sending.cancel();
  }

  private void reset(Loopback loopback, End opener, End other) throws Exception {
    WebTransportSendStream out = await(opener.session().createUnidirectionalStream());
    Source.<ByteString>maybe()
        .prepend(Source.single(ByteString.fromString("x")))
        .runWith(out.sink(), loopback.system);
    SinkQueueWithCancel<ByteString> in =
        next(other.oneWays()).source().runWith(Sink.queue(1), loopback.system);
    assertEquals("x", next(in).utf8String());
    out.abort(42);
    WebTransportError seen = (WebTransportError) failure(in.pull());
    assertEquals(OptionalLong.of(42), seen.streamErrorCode());
  }
}
