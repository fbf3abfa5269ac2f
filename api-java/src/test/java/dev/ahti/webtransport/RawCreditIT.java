package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What QUIC itself grants, beside what a session does; {@link CreditIT} is about that. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "it is about the limits of QUIC; CreditIT has those of sessions over both")
class RawCreditIT {
  private static final RawOptions PEER = RawOptions.DEFAULTS;
  private static final WebTransportSendStreamOptions WAIT =
      WebTransportSendStreamOptions.create().withWaitUntilAvailable(true);

  private static ByteString zeros(int length) {
    return ByteString.fromArrayUnsafe(new byte[length]);
  }

  @ParameterizedTest
  @EnumSource
  void theLimitOfQuicCountsToo(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER.withStreams(4, 6),
        "",
        ends -> {
          List<WebTransportSendStream> opened = new ArrayList<>();
          Throwable refused = null;
          while (refused == null && opened.size() < 7) {
            CompletionStage<WebTransportSendStream> next =
                ends.session().createUnidirectionalStream();
            refused = next.handle((stream, failure) -> failure).toCompletableFuture().get();
            if (refused == null) {
              opened.add(await(next));
            }
          }
          assertInstanceOf(WebTransportQuotaExceededException.class, refused.getCause());
          assertTrue(opened.size() >= 3, "opened: " + opened.size());
          CompletionStage<WebTransportSendStream> waits =
              ends.session().createUnidirectionalStream(WAIT);
          assertFalse(waits.toCompletableFuture().isDone());
          // The peer's library grants more when streams have ended.
          for (WebTransportSendStream stream : opened) {
            stream.close();
          }
          await(waits);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteNeedsTheWindowOfItsStream(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER.withWindows(1 << 20, 1000),
        "",
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          RawStream far = ends.unidirectional();
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(zeros(998))));
          await(writer.atomicWrite(zeros(997)));
          assertEquals("00".repeat(997), far.bytes(997));
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteNeedsTheWindowOfTheConnection(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER.withWindows(100_000, 1 << 20),
        "",
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          RawStream far = ends.unidirectional();
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(zeros(100_001))));
          await(writer.atomicWrite(zeros(64 * 1024)));
          assertEquals("00".repeat(64 * 1024), far.bytes(64 * 1024));
        });
  }
}
