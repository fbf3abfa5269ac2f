package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Http2Settings;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A server's session over HTTP/2 between the moment at which its streams are attached and that of
 * its answer: nothing goes, nothing is handled, and the client's limits may still change.
 */
class Http2AcceptWireIT {
  private static final MuxLimits LIMITS =
      new MuxLimits(new InitialLimits(1000, 4, 4), StreamLimits.of(400));

  private final TestNet net = new TestNet();
  private final TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
  private RawTcpPeer raw;
  private RawBody wire;
  private TestNet.Side server;
  private long id;

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net::awaitNoConnection, net);
  }

  private void connect(Map<Long, Long> settings, RawTcpOptions options) {
    int port =
        TestNet.get(
                net.transport.bind(
                    new ListenOptions(
                        "test",
                        new InetSocketAddress("127.0.0.1", 0),
                        ServerTls.of(TestCertificate.shared()),
                        Optional.empty(),
                        Map.of(HttpVersion.HTTP_2, settings)),
                    net::accepting))
            .localAddress()
            .getPort();
    raw = RawTcpPeer.connect(port, options);
    server = net.drive(net.accepted());
    server.expect(TransportEvent.PeerSettings.class);
  }

  private void attach(RawTcpOptions options) {
    connect(Http2Settings.server(LIMITS), options);
    wire = raw.request(Http2Wire.CONNECT);
    id = server.expect(TransportEvent.RequestReceived.class).id();
    TestSession.attach(net, server, id, streams);
  }

  private void accept() {
    server.tell(
        new TransportCommand.Respond(
            id, TestSession.ACCEPTED, ByteString.emptyByteString(), false));
  }

  /** RFC 8441 3 and 4: who has not offered extended CONNECT does not take it. */
  @Test
  void extendedConnectThatWasNotOfferedIsMalformed() {
    connect(Http2Settings.client(LIMITS), Http2Wire.GENEROUS);
    assertEquals(Http2Wire.MALFORMED, raw.request(Http2Wire.CONNECT).end());
    raw.roundTrip();
    RawBody plain =
        raw.request(
            RawFields.of(":method", "GET", ":scheme", "https", ":authority", "a", ":path", "/"));
    assertEquals(plain.id(), server.expect(TransportEvent.RequestReceived.class).id());
  }

  @Test
  @Conformance({"H2-S-03", "H2-S-04"})
  void nothingGoesAndNothingIsHandledBeforeTheAnswer() {
    attach(Http2Wire.GENEROUS.withoutAcknowledging());
    wire.write(capsule(Http2Wire.DATA, n(0), s("early")) + capsule(Http2Wire.STOP, n(0), n(7)));
    raw.roundTrip();
    raw.roundTrip();
    streams.expectNoMessage(java.time.Duration.ZERO);
    assertTrue(raw.seen().stream().noneMatch(frame -> frame.type() == RawFrame.DATA));
    accept();
    assertEquals("200", wire.headers().get(":status").orElseThrow());
    assertEquals(n(0) + n(7) + n(0), wire.capsule(Http2Wire.RESET));
    StreamPort stream = streams.receiveMessage().port();
    assertEquals("early", new PortProbe(stream).bytes(5).utf8String());
  }

  @Test
  @Conformance({"H2-S-06", "H2-B-21"})
  void settingsThatAreAcknowledgedBeforeTheAnswerHold() {
    attach(Http2Wire.GENEROUS.withSetting(0x2b62, 10).withSetting(0x2b64, 1));
    raw.awaitAcknowledgement();
    raw.settings(Map.of(0x2b61, 30L, 0x2b62, 50L, 0x2b64, 2L));
    raw.awaitAcknowledgement();
    accept();
    assertEquals("200", wire.headers().get(":status").orElseThrow());
    send(new byte[20]);
    StreamPort second = send(new byte[100]);
    wire.capsule(Http2Wire.DATA_BLOCKED);
    wire.write(capsule(Http2Wire.MAX_DATA, n(1000)));
    assertEquals(n(second.id()) + n(50), wire.capsule(Http2Wire.STREAM_DATA_BLOCKED));
    assertEquals(
        new TransportCommand.OpenResult.LimitReached(StreamKind.UNIDIRECTIONAL),
        TestSession.tryOpen(net, server, id, StreamKind.UNIDIRECTIONAL));
  }

  private StreamPort send(byte[] bytes) {
    TransportCommand.OpenResult opened =
        TestSession.tryOpen(net, server, id, StreamKind.UNIDIRECTIONAL);
    assertTrue(opened instanceof TransportCommand.OpenResult.Opened, opened::toString);
    StreamPort port = ((TransportCommand.OpenResult.Opened) opened).port();
    port.offer(ByteString.fromArray(bytes));
    return port;
  }
}
