package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes of a peer that are unusual and right, with our server and with our client. */
class SessionBytesIT {
  private static EngineNet net;
  private static int port;

  @BeforeAll
  static void listen() {
    net = new EngineNet();
    port = net.listen(DialectPolicy.all()).address().getPort();
  }

  @AfterAll
  static void leavesNothing() {
    net.close();
  }

  static Stream<Arguments> draftsAndRoles() {
    return Stream.of(Draft.values())
        .flatMap(draft -> Stream.of(Role.values()).map(role -> Arguments.of(draft, role)));
  }

  private static RawSession begin(Role role, Draft draft) {
    return RawSession.begin(net, role, draft, port);
  }

  private static ByteString datagram(SessionHandle session) {
    AtomicReference<ByteString> next = new AtomicReference<>();
    PortProbe.await(
        () -> {
          next.set(session.datagrams().poll());
          return next.get() != null;
        });
    return next.get();
  }

  @Conformance("H3-B-16")
  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void payloadsOfDatagramsPassUnchanged(Draft draft, Role role) {
    try (RawSession wire = begin(role, draft)) {
      SessionHandle session = wire.settings().session();
      for (String payload : new String[] {"", "00", "c0ff", "00".repeat(1000), RawHttp.hex("hi")}) {
        wire.raw.datagram("00" + payload);
        ByteString received = datagram(session);
        assertEquals(payload.length() / 2, received.length());
        session.newDatagramWriter().offer(received);
        assertEquals("00" + payload, wire.raw.datagram());
      }
    }
  }

  @Conformance("H3-B-19")
  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void numbersMayBeLongerThanNeeded(Draft draft, Role role) {
    try (RawSession wire = begin(role, draft)) {
      SessionHandle session = wire.settings().session();
      String zero = RawHttp.number(0, 8);
      wire.raw.unidirectional(RawHttp.number(0x54, 8) + zero).finish("6162");
      wire.raw.bidirectional(RawHttp.number(0x41, 4) + zero).finish("6364");
      PortProbe oneWay = new PortProbe(EngineNet.take(session.incomingUnidirectional()).port());
      assertEquals("ab", oneWay.all().utf8String());
      PortProbe bothWays = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
      assertEquals("cd", bothWays.all().utf8String());
      wire.raw.datagram(zero + "6869");
      assertEquals("hi", datagram(session).utf8String());
      String close = RawHttp.number(0x2843, 8) + RawHttp.number(4, 8) + "00000007";
      wire.connect().write(RawHttp.number(0, 8) + RawHttp.number(close.length() / 2, 8) + close);
      assertEquals(new SessionEnd(7, "", true), TestNet.get(session.closed()));
    }
  }

  @Conformance("H3-B-41")
  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void unknownCapsulesAreSkippedWhateverTheirSizeAndBorders(Draft draft, Role role) {
    try (RawSession wire = begin(role, draft)) {
      SessionHandle session = wire.settings().session();
      RawStream connect = wire.connect();
      // Reserved ones, an empty one, one in pieces of frames and packets, one of half a megabyte.
      connect.write(RawHttp.capsule(0x17, "ff") + RawHttp.capsule(0x40, ""));
      connect
          .write("0001" + "57")
          .write("0002" + "6803")
          .write("0001" + "aa")
          .write("0002" + "bbcc");
      connect.write(RawHttp.capsule(0x29L * 1000 + 0x17, "00".repeat(512 * 1024)));
      connect.write(RawHttp.capsule(0x190B4D3D_0000_0000L >> 8, "00"));
      assertFalse(session.closed().isDone());
      connect.write(RawHttp.capsule(0x2843, "00000007"));
      assertEquals(new SessionEnd(7, "", true), TestNet.get(session.closed()));
    }
  }

  @Conformance("H3-B-66")
  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void datagramCapsulesAreDatagrams(Draft draft, Role role) {
    try (RawSession wire = begin(role, draft)) {
      SessionHandle session = wire.settings().session();
      wire.connect().write(RawHttp.capsule(0x00, "6869") + RawHttp.capsule(0x00, ""));
      assertEquals("hi", datagram(session).utf8String());
      assertEquals(0, datagram(session).length());
    }
  }

  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void endWithoutCloseIsACloseWithCode0(Draft draft, Role role) {
    try (RawSession wire = begin(role, draft)) {
      SessionHandle session = wire.settings().session();
      wire.connect().finish("");
      assertEquals(new SessionEnd(0, "", true), TestNet.get(session.closed()));
      assertEquals("FIN", wire.connect().end());
    }
  }

  @Conformance("H3-B-07")
  @ParameterizedTest
  @EnumSource
  void serverHandlesNothingBeforeTheSettings(Draft draft) {
    try (RawSession wire = begin(Role.SERVER, draft)) {
      net.awaitGauge(Gauges.SESSIONS, 0);
      RawStream request = wire.request();
      RawStream stream = wire.raw.bidirectional("404100" + "6869");
      wire.raw.datagram("006869");
      net.awaitGauge(Gauges.EARLY_STREAMS, 1);
      net.awaitGauge(Gauges.EARLY_DATAGRAMS, 1);
      net.awaitGauge(Gauges.SESSIONS, 0);
      wire.settings();
      assertEquals("200", request.headers().get(":status").orElseThrow());
      SessionHandle session = net.session();
      assertEquals("hi", datagram(session).utf8String());
      PortProbe early = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
      assertEquals("hi", early.bytes(2).utf8String());
      stream.finish("");
    }
  }

  @Conformance("H3-B-07")
  @ParameterizedTest
  @EnumSource
  void clientSendsNothingBeforeTheSettings(Draft draft) {
    try (RawSession wire = begin(Role.CLIENT, draft)) {
      CompletableFuture<RawStream> next = CompletableFuture.supplyAsync(wire.raw::accept);
      // A stream that it does not know is stopped at once: it has seen what came before.
      wire.raw.unidirectional("21").awaitStopped();
      assertFalse(next.isDone());
      wire.settings();
      assertEquals("CONNECT", TestNet.get(next).headers().get(":method").orElseThrow());
    }
  }

  @Conformance("H3-B-06")
  @ParameterizedTest
  @CsvSource({
    "D02, 80ffd27701 ab60374201",
    "D07, 80ffd27701 ab60374201 0801 3301 c0000000c671706a01",
    "D14, 80ffd27701 ab60374201 0801 3301 c0000000c671706a01 94e9cd2901",
    "D16, 80ffd27701 ab60374201 0801 3301 c0000000c671706a01 94e9cd2901 ac7cf00001",
  })
  void highestDraftThatBothAnnounceIsSpoken(Draft draft, String settings) {
    String control = "00" + RawHttp.frame(0x04, settings.replace(" ", ""));
    try (RawSession wire = RawSession.begin(net, Role.CLIENT, port)) {
      wire.raw.unidirectional(control);
      RawStream request = wire.raw.accept();
      assertEquals(RawClient.token(draft), request.headers().get(":protocol").orElseThrow());
      request.write("01030000d9");
      assertEquals(draft, TestNet.get(wire.opening()).dialect().draft());
    }
    try (RawSession wire = RawSession.begin(net, Role.SERVER, port)) {
      wire.raw.unidirectional(control);
      RawStream request =
          wire.raw.bidirectional(RawHttp.headers(RawClient.era(draft).connect("/echo")));
      assertEquals("200", request.headers().get(":status").orElseThrow());
      assertEquals(draft, net.session().dialect().draft());
    }
  }
}
