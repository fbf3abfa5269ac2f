package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A client of ours and a server that writes raw bytes: what its signals become. */
@DisplayName("W3C WebTransport, section 13")
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "its peer writes raw HTTP/3; SignalsOverHttp2IT has the same over HTTP/2")
class DrainingIT {
  /** DRAIN_WEBTRANSPORT_SESSION. */
  private static final long DRAIN = 0x78ae;

  /** A raw server with a session of ours. */
  private record Net(Loopback loopback, RawPeer raw, RawStream control, RawStream connect) {}

  private interface Check {
    void on(Net net, WebTransport session) throws Exception;
  }

  private static void withSession(Check check) throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}));
        RawPeer raw = RawPeer.listen()) {
      WebTransport session =
          WebTransport.connect(
              loopback.system,
              "https://127.0.0.1:" + raw.port() + "/",
              WebTransportOptions.create()
                  .withoutCertificateCheck()
                  .withDrafts(WebTransportDraft.DRAFT_16));
      raw.accept();
      RawStream control = raw.unidirectional(Era.D16.serverControl());
      RawStream connect = raw.accept();
      connect.headers();
      connect.write(RawHttp.headers(RawFields.of(":status", "200")));
      await(session.ready());
      check.on(new Net(loopback, raw, control, connect), session);
      session.close();
    }
  }

  @Test
  void aGoAwayIsToldAndTheSessionGoesOn() throws Exception {
    withSession(
        (net, session) -> {
          assertFalse(session.draining().toCompletableFuture().isDone());
          net.control().write(RawHttp.frame(0x07, "04"));
          await(session.draining());
          assertEquals(WebTransportState.DRAINING, session.state());
          await(session.createUnidirectionalStream());
        });
  }

  @Test
  void aCapsuleThatDrainsIsToldAndTheSessionGoesOn() throws Exception {
    withSession(
        (net, session) -> {
          net.connect().write(RawHttp.capsule(DRAIN, ""));
          await(session.draining());
          assertEquals(WebTransportState.DRAINING, session.state());
          await(session.createUnidirectionalStream());
        });
  }

  @Test
  void aConnectionThatIsLostFailsTheSessionAndItsStreams() throws Exception {
    withSession(
        (net, session) -> {
          WebTransportSendStream stream = await(session.createUnidirectionalStream());
          CompletionStage<?> writing =
              Source.<ByteString>maybe().runWith(stream.sink(), net.loopback().system);
          CompletionStage<?> taking =
              session.incomingUnidirectionalStreams().runWith(Sink.ignore(), net.loopback().system);
          net.raw().disconnect(0x102, "broken");
          for (CompletionStage<?> failed : java.util.List.of(session.closed(), writing, taking)) {
            WebTransportError error = assertInstanceOf(WebTransportError.class, failure(failed));
            assertEquals(WebTransportErrorSource.SESSION, error.source());
          }
          assertEquals(WebTransportState.FAILED, session.state());
        });
  }
}
