package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import io.netty.channel.epoll.Epoll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions over HTTP/2 between two engines. */
class Http2SessionIT {
  private final EngineNet net = new EngineNet();
  private int port;
  private SessionHandle client;
  private SessionHandle server;

  @BeforeEach
  void connect() {
    port =
        net.listen(
                DialectPolicy.all(),
                ServerTls.of(TestCertificate.shared()),
                Set.of(HttpVersion.HTTP_2))
            .address()
            .getPort();
    client = TestNet.get(net.ahti.connect(request("/echo", Set.of(HttpVersion.HTTP_2))));
    server = net.session();
  }

  private DialRequest request(String path, Set<HttpVersion> versions) {
    return new DialRequest(
            "127.0.0.1",
            port,
            "example.org",
            path,
            Optional.empty(),
            Fields.empty(),
            ServerTrust.Insecure.INSTANCE,
            DialectPolicy.all(),
            Duration.ofSeconds(10))
        .withVersions(versions);
  }

  @AfterEach
  void leavesNothing() {
    client.close(0, "");
    TestNet.get(server.closed());
    net.close();
  }

  @Test
  void bothSidesKnowThatTheTransportIsReliableOnly() {
    assertEquals(HttpVersion.HTTP_2, client.dialect().version());
    assertEquals(HttpVersion.HTTP_2, server.dialect().version());
    assertFalse(client.supportsUnreliable());
    assertFalse(server.supportsUnreliable());
  }

  @Test
  void bidirectionalStreamsEcho() {
    PortProbe near = new PortProbe(TestNet.get(client.openStream(StreamKind.BIDIRECTIONAL)).port());
    near.write(ByteString.fromString("hello"));
    near.port().finish();
    PortProbe far = new PortProbe(EngineNet.take(server.incomingBidirectional()).port());
    assertEquals(0, far.port().id());
    far.write(far.all());
    far.port().finish();
    assertEquals("hello", near.all().utf8String());
    assertEquals(WriteEnd.Finished.INSTANCE, near.writeEnd());
  }

  @Test
  void unidirectionalStreamsGoBothWays() {
    for (SessionHandle[] way : List.of(both(client, server), both(server, client))) {
      StreamHandle near = TestNet.get(way[0].openStream(StreamKind.UNIDIRECTIONAL));
      near.port().offer(ByteString.fromString("one way"));
      near.port().finish();
      StreamHandle far = EngineNet.take(way[1].incomingUnidirectional());
      assertEquals("one way", new PortProbe(far.port()).all().utf8String());
    }
  }

  private static SessionHandle[] both(SessionHandle one, SessionHandle other) {
    return new SessionHandle[] {one, other};
  }

  @Test
  void moreThanAllWindowsGoesThroughOneStream() {
    byte[] all = new byte[20 << 20];
    new Random(1).nextBytes(all);
    PortProbe near =
        new PortProbe(TestNet.get(client.openStream(StreamKind.UNIDIRECTIONAL)).port());
    Thread writer =
        new Thread(
            () -> {
              for (int at = 0; at < all.length; at += 1 << 16) {
                near.write(ByteString.fromArrayUnsafe(all, at, 1 << 16));
              }
              near.port().finish();
            });
    writer.start();
    PortProbe far = new PortProbe(EngineNet.take(server.incomingUnidirectional()).port());
    byte[] came = new byte[all.length];
    int length = 0;
    Inbound next;
    while ((next = far.next()) instanceof Inbound.Data data) {
      data.bytes().copyToArray(came, length, data.bytes().length());
      length += data.bytes().length();
    }
    assertEquals(Inbound.Fin.INSTANCE, next);
    assertEquals(0, java.util.Arrays.compare(all, came));
  }

  @Test
  void moreStreamsThanTheLimitComeOneAfterTheOther() {
    int many = 1000;
    List<Integer> came = new ArrayList<>();
    Thread opener =
        new Thread(
            () -> {
              for (int i = 0; i < many; i++) {
                StreamHandle stream = TestNet.get(client.openStream(StreamKind.UNIDIRECTIONAL));
                stream.port().offer(ByteString.fromString(Integer.toString(i)));
                stream.port().finish();
              }
            });
    opener.start();
    for (int i = 0; i < many; i++) {
      StreamHandle stream = EngineNet.take(server.incomingUnidirectional());
      came.add(Integer.parseInt(new PortProbe(stream.port()).all().utf8String()));
    }
    for (int i = 0; i < many; i++) {
      assertEquals(i, came.get(i));
    }
  }

  @Test
  void datagramsComeInOrder() {
    for (int i = 0; i < 50; i++) {
      client.datagrams().offer(ByteString.fromString("d" + i));
    }
    for (int i = 0; i < 50; i++) {
      PortProbe.await(() -> server.datagrams().peek() != null);
      assertEquals("d" + i, server.datagrams().poll().utf8String());
    }
    server.datagrams().offer(ByteString.emptyByteString());
    PortProbe.await(() -> client.datagrams().peek() != null);
    assertEquals(0, client.datagrams().poll().length());
  }

  /** All of it is in the Reliable Size, so it comes whether or not it was asked for before. */
  @Test
  void whatWasSentBeforeAResetIsReadBeforeIt() {
    PortProbe near =
        new PortProbe(TestNet.get(client.openStream(StreamKind.UNIDIRECTIONAL)).port());
    int length = 200_000;
    near.port().offer(ByteString.fromArrayUnsafe(new byte[length]));
    near.port().commit();
    near.port().offer(ByteString.fromString("dropped"));
    near.port().reset(7);
    assertEquals(new WriteEnd.Reset(7), near.writeEnd());
    PortProbe far = new PortProbe(EngineNet.take(server.incomingUnidirectional()).port());
    // The round trip behind it: the reset has come, and nothing was asked for.
    bidirectionalStreamsEcho();
    assertEquals(length, far.bytes(length).length());
    assertEquals(new Inbound.Reset(7), far.next());
  }

  @Test
  void statisticsSayWhatIsKnownOverTcp() {
    ConnectionStats before = TestNet.get(client.stats());
    assertEquals(OptionalLong.of(0), before.payloadBytesSent());
    assertTrue(before.bytesSent().getAsLong() > 500, "the handshake counts: " + before);
    assertEquals(Optional.of(false), before.atSendCapacity());
    bidirectionalStreamsEcho();
    datagramsComeInOrder();
    ConnectionStats after = TestNet.get(client.stats());
    assertEquals(OptionalLong.of(5 + 10 * 2 + 40 * 3), after.payloadBytesSent());
    long sent = after.bytesSent().getAsLong() - before.bytesSent().getAsLong();
    assertTrue(sent > 145 && sent < 20_000, after::toString);
    PortProbe.await(
        () ->
            TestNet.get(server.stats()).bytesReceived().getAsLong()
                >= after.bytesSent().getAsLong());
    for (OptionalLong unknown :
        List.of(
            after.minRttNanos(),
            after.bytesLost(),
            after.packetsSent(),
            after.packetsReceived(),
            after.packetsLost())) {
      assertEquals(OptionalLong.empty(), unknown);
    }
    // Linux tells them through epoll.
    assertEquals(Epoll.isAvailable(), after.smoothedRttNanos().isPresent());
    assertEquals(Epoll.isAvailable(), after.estimatedSendRate().isPresent());
  }

  @Test
  void whoIsHeldUpByThePeerIsAtSendCapacity() {
    PortProbe near =
        new PortProbe(TestNet.get(client.openStream(StreamKind.UNIDIRECTIONAL)).port());
    // More than all windows together.
    near.port().offer(ByteString.fromArrayUnsafe(new byte[8 << 20]));
    PortProbe.await(() -> TestNet.get(client.stats()).atSendCapacity().orElseThrow());
    assertEquals(Optional.of(false), TestNet.get(server.stats()).atSendCapacity());
    near.port().reset(0);
  }

  /** The CONNECT stream carries it once more, which is not counted. */
  @Test
  void payloadIsCountedOnce() {
    long sent = net.gauge(Gauges.STREAM_BYTES_SENT);
    long received = net.gauge(Gauges.STREAM_BYTES_RECEIVED);
    bidirectionalStreamsEcho();
    assertEquals(sent + 10, net.gauge(Gauges.STREAM_BYTES_SENT));
    assertEquals(received + 10, net.gauge(Gauges.STREAM_BYTES_RECEIVED));
    net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
  }

  /** H2-B-13: codes are not mapped. */
  @Test
  void resetsAndStopsCarryTheirCodes() {
    PortProbe near = new PortProbe(TestNet.get(client.openStream(StreamKind.BIDIRECTIONAL)).port());
    near.write(ByteString.fromString("x"));
    PortProbe far = new PortProbe(EngineNet.take(server.incomingBidirectional()).port());
    far.bytes(1);
    near.port().reset(0xffff_ffffL);
    assertEquals(new Inbound.Reset(0xffff_ffffL), far.end());
    near.port().stopSending(7);
    assertEquals(new WriteEnd.Stopped(OptionalLong.of(7)), far.writeEnd());
  }

  @ParameterizedTest
  @EnumSource
  void closeTellsCodeAndReason(Side closing) {
    SessionHandle near = closing == Side.CLIENT ? client : server;
    SessionHandle far = closing == Side.CLIENT ? server : client;
    StreamHandle open = TestNet.get(near.openStream(StreamKind.BIDIRECTIONAL));
    open.port().offer(ByteString.fromString("x"));
    StreamHandle opened = EngineNet.take(far.incomingBidirectional());
    near.close(0x1234_5678L, "because");
    SessionEnd end = TestNet.get(far.closed());
    assertEquals(0x1234_5678L, end.code());
    assertEquals("because", end.reason());
    TestNet.get(near.closed());
    PortProbe.await(() -> opened.port().ended() != null && open.port().ended() != null);
  }

  enum Side {
    CLIENT,
    SERVER
  }

  @Test
  void drainIsToldAndTheSessionGoesOn() {
    server.drain();
    TestNet.get(client.draining());
    bidirectionalStreamsEcho();
  }

  @Test
  void severalSessionsShareNothingButTheirListener() {
    SessionHandle second =
        TestNet.get(net.ahti.connect(request("/echo", Set.of(HttpVersion.HTTP_2))));
    SessionHandle ofSecond = net.session();
    second.close(1, "");
    TestNet.get(ofSecond.closed());
    bidirectionalStreamsEcho();
  }

  @Test
  void refusalIsToldWithItsStatus() {
    Throwable refused =
        assertThrows(
            Throwable.class,
            () -> TestNet.get(net.ahti.connect(request("/nowhere", Set.of(HttpVersion.HTTP_2)))));
    assertEquals(true, refused.getMessage().contains("405"), refused.getMessage());
  }

  /** UDP is not listened on: HTTP/2 is there after the head start. */
  @Test
  void clientThatMayUseBothIsConnectedOverHttp2WhereHttp3IsNotThere() {
    SessionHandle either =
        TestNet.get(
            net.ahti.connect(request("/echo", Set.of(HttpVersion.HTTP_3, HttpVersion.HTTP_2))));
    SessionHandle far = net.session();
    assertEquals(HttpVersion.HTTP_2, either.dialect().version());
    net.awaitGauge(Gauges.HTTP3_FAILURES, 1);
    either.close(0, "");
    TestNet.get(far.closed());
  }

  /** The time is over while HTTP/3 is still awaited, and what HTTP/2 came to is no secret. */
  @ParameterizedTest
  @ValueSource(ints = {1000, 3000})
  void aCertificateThatIsRefusedIsToldThoughHttp3IsSilent(int millis) {
    ServerTrust wrong =
        new ServerTrust.CertificateHashes(List.of(ByteString.fromArray(new byte[32])));
    DialRequest request =
        new DialRequest(
                "127.0.0.1",
                port,
                "example.org",
                "/echo",
                Optional.empty(),
                Fields.empty(),
                wrong,
                DialectPolicy.all(),
                Duration.ofMillis(millis))
            .withVersions(Set.of(HttpVersion.HTTP_3, HttpVersion.HTTP_2));
    Throwable refused = assertThrows(Throwable.class, () -> TestNet.get(net.ahti.connect(request)));
    assertTrue(
        refused.getMessage().contains("the server's certificate was refused: "),
        refused.getMessage());
  }

  @Test
  void requiringUnreliableForbidsHttp2() {
    Throwable refused =
        assertThrows(
            Throwable.class,
            () ->
                TestNet.get(
                    net.ahti.connect(
                        request("/echo", Set.of(HttpVersion.HTTP_2))
                            .withConnection(true, dev.ahti.engine.spi.StreamCounts.UNKNOWN))));
    assertInstanceOf(Exception.class, refused);
    assertEquals("the connection has only reliable transport", refused.getMessage());
  }
}
