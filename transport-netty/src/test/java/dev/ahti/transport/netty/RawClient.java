package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.wire.Fields;
import io.netty.handler.codec.quic.QuicAccess;
import java.util.concurrent.TimeUnit;

/** WebTransport by hand, as a client of each draft sends it; bytes from the drafts, not from us. */
final class RawClient {
  private RawClient() {}

  /** A control stream with what a client of this draft announces, and nothing more. */
  static String control(Draft draft) {
    return switch (draft) {
      case D02 -> "00040a" + "80ffd27701" + "ab60374201";
      case D07 -> "00040b" + "3301" + "c0000000c671706a01";
      case D14 -> "000407" + "3301" + "94e9cd2901";
      case D16 -> "000407" + "3301" + "ac7cf00001";
    };
  }

  /** The token of this draft. */
  static String token(Draft draft) {
    return draft == Draft.D16 ? "webtransport-h3" : "webtransport";
  }

  /** A CONNECT of this draft, without an Origin. */
  static Fields connect(Draft draft, String path) {
    return Fields.empty()
        .with(":method", "CONNECT")
        .with(":protocol", token(draft))
        .with(":scheme", "https")
        .with(":authority", "127.0.0.1")
        .with(":path", path);
  }

  /** Waits until the other side has stopped reading a stream. */
  static void awaitStopped(RawPeer.RawStream stream) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (stream.capacity() != QuicAccess.STOPPED) {
      assertTrue(System.nanoTime() - deadline < 0, "never stopped");
      Thread.onSpinWait();
    }
  }
}
