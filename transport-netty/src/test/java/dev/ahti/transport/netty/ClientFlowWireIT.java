package dev.ahti.transport.netty;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawPeer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Flow control of sessions, with our client and a server that writes raw bytes. */
class ClientFlowWireIT extends FlowRules {

  /** The settings of a server of this draft, without limits. */
  private static String announcement(Draft draft) {
    return switch (draft) {
      case D02 -> "80ffd27701" + "ab60374201";
      case D07 -> "0801" + "3301" + "c0000000c671706a01";
      case D14 -> "0801" + "3301" + "94e9cd2901";
      case D16 -> "0801" + "3301" + "ac7cf00001";
    };
  }

  @Override
  void open(Draft draft, String settings) {
    raw = RawPeer.listen(options);
    CompletableFuture<SessionHandle> opening =
        net.ahti.connect(
            new DialRequest(
                    "127.0.0.1",
                    raw.port(),
                    "example.org:4433",
                    "/echo",
                    Optional.of(EngineNet.ORIGIN),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    policy,
                    Duration.ofSeconds(10))
                // So that the connection outlives its session.
                .withPool(""));
    raw.accept();
    raw.unidirectional(control(announcement(draft) + settings));
    connect = raw.accept();
    RawClient.headers(connect);
    // ":status: 200" is entry 25 of the static table (RFC 9204 A).
    connect.write("01030000d9");
    session = TestNet.get(opening);
  }
}
