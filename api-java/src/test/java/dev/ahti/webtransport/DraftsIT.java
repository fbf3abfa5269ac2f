package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.SessionHandler;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client against our server in every draft, forced by either side and negotiated. */
@OnlyOver(value = WebTransportHttpVersion.HTTP_3, because = "it is about the drafts of HTTP/3")
class DraftsIT {
  private final BlockingQueue<WebTransportInfo> accepted = new LinkedBlockingQueue<>();

  private final SessionHandler echo =
      session -> {
        accepted.add(session.info());
        session
            .incomingBidirectionalStreams()
            .runForeach(
                stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
                session.materializer());
        session
            .datagrams()
            .readable()
            .runWith(session.datagrams().createWritable().sink(), session.materializer());
      };

  @ParameterizedTest
  @EnumSource(WebTransportDraft.class)
  void theClientForcesADraft(WebTransportDraft draft) throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/echo", echo))) {
      echoes(loopback, loopback.trusting().withDrafts(draft), draft);
    }
  }

  @ParameterizedTest
  @EnumSource(WebTransportDraft.class)
  void theServerForcesADraft(WebTransportDraft draft) throws Exception {
    try (Loopback loopback =
        Loopback.start("", Map.of("/echo", echo), server -> server.withDrafts(draft))) {
      echoes(loopback, loopback.trusting(), draft);
    }
  }

  @Test
  void theNewestCommonDraftIsNegotiated() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/echo", echo))) {
      WebTransportDraft[] all = WebTransportDraft.values();
      echoes(loopback, loopback.trusting(), all[all.length - 1]);
      echoes(
          loopback,
          loopback.trusting().withDrafts(WebTransportDraft.DRAFT_02, WebTransportDraft.DRAFT_07),
          WebTransportDraft.DRAFT_07);
    }
  }

  @Test
  void withoutACommonDraftTheClientIsToldSo() throws Exception {
    try (Loopback loopback =
        Loopback.start("", Map.of("/echo", echo), s -> s.withDrafts(WebTransportDraft.DRAFT_02))) {
      WebTransport session =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/echo",
              loopback.trusting().withDrafts(WebTransportDraft.DRAFT_16));
      Throwable failure = Loopback.failure(session.ready());
      assertEquals(
          WebTransportErrorSource.SESSION,
          ((WebTransportError) failure).source(),
          failure::toString);
    }
  }

  private void echoes(Loopback loopback, WebTransportOptions options, WebTransportDraft draft)
      throws Exception {
    WebTransport session = loopback.connect("/echo?x=1", options);
    assertEquals(draft, session.info().draft());
    WebTransportInfo seen = accepted.poll(10, TimeUnit.SECONDS);
    assertEquals(draft, seen.draft());
    // What is tolerated unless somebody says otherwise: ahti.dialects.tolerate.
    assertTrue(seen.toleratedQuirks().contains(WebTransportQuirk.NO_ORIGIN), seen::toString);
    assertFalse(seen.toleratedQuirks().contains(WebTransportQuirk.NO_DATAGRAMS), seen::toString);
    assertEquals("/echo?x=1", seen.path());

    WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
    ByteString echoed =
        await(
            Source.from(Arrays.asList(ByteString.fromString("hel"), ByteString.fromString("lo")))
                .via(stream.flow())
                .runWith(
                    Sink.fold(ByteString.emptyByteString(), ByteString::concat), loopback.system));
    assertEquals("hello", echoed.utf8String());

    var back = session.datagrams().readable().runWith(Sink.head(), loopback.system);
    Source.single(ByteString.fromString("ping"))
        .runWith(session.datagrams().createWritable().sink(), loopback.system);
    assertEquals("ping", await(back).utf8String());

    session.close(new WebTransportCloseInfo(7, "bye"));
    assertEquals(new WebTransportCloseInfo(7, "bye"), await(session.closed()));
  }
}
