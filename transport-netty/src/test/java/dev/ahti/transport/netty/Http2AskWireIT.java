package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.n;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.dialect.Http2Settings;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawTcpPeer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client's session over HTTP/2 between its request and the moment at which it is attached. */
class Http2AskWireIT {
  private static final MuxLimits LIMITS =
      new MuxLimits(new InitialLimits(1000, 4, 4), StreamLimits.of(400));

  private final TestNet net = new TestNet();
  private final RawTcpPeer raw =
      RawTcpPeer.listen(Http2Wire.SERVING.withSetting(0x2b62, 10).withSettingsBehindTheirs());

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net::awaitNoConnection, net);
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 50})
  @Conformance({"H2-C-05", "H2-B-21"})
  void settingsThatAreAcknowledgedBehindTheRequestDoNotHold(long later) {
    TestNet.Side client =
        net.drive(
            TestNet.get(
                net.transport.dial(
                    new DialOptions(
                        "127.0.0.1",
                        raw.port(),
                        ClientTls.of(ServerTrust.Insecure.INSTANCE),
                        Optional.empty(),
                        HttpVersion.HTTP_2,
                        Http2Settings.client(LIMITS),
                        Duration.ofSeconds(10),
                        StreamCounts.UNKNOWN))));
    client.expect(TransportEvent.PeerSettings.class);
    long id = TestSession.request(net, client, TestSession.CONNECT).id();
    RawBody request = raw.accept();
    raw.awaitAcknowledgement();
    raw.settings(Map.of(0x2b62, later));
    raw.awaitAcknowledgement();
    TestSession.attach(net, client, id, net.kit.createTestProbe());
    request.headers();
    request.write(RawFields.of(":status", "200"));
    TransportCommand.OpenResult.Opened opened =
        (TransportCommand.OpenResult.Opened)
            TestSession.tryOpen(net, client, id, StreamKind.UNIDIRECTIONAL);
    opened.port().offer(ByteString.fromArray(new byte[100]));
    assertEquals(n(opened.port().id()) + n(10), request.capsule(Http2Wire.STREAM_DATA_BLOCKED));
  }
}
