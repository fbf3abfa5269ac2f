package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.bare.BareClose;
import dev.ahti.wtspec.bare.BarePeer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transport parameters, and RESET_STREAM_AT (draft-ietf-quic-reliable-stream-reset), which QUIC's
 * library does not have: what a peer that has it sees of our server and of our client.
 */
class ReliableResetWireIT {
  private static final long MAX_DATAGRAM_FRAME_SIZE = 0x20;

  /** Of the newest draft, and of those before. */
  private static final long RESET_STREAM_AT = 0x1d;

  private static final long RESET_STREAM_AT_BEFORE = 0x17f7586d2cb571L;

  private static final int FRAME_ENCODING_ERROR = 0x7;

  private final EngineNet net = new EngineNet();
  private BarePeer peer;
  private CompletableFuture<SessionHandle> dialled;

  @AfterEach
  void leavesNothing() {
    Closing.all(peer, net);
  }

  /** A peer of our side in this role, with these transport parameters beside the usual ones. */
  private void handshake(Role ours, Map<Long, String> more) {
    Map<Long, String> parameters = new TreeMap<>(BarePeer.PARAMETERS);
    parameters.putAll(more);
    if (ours == Role.SERVER) {
      int port = net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
      peer = BarePeer.connect(port, parameters);
    } else {
      peer = BarePeer.listen(parameters);
      dialled =
          net.ahti.connect(
              new DialRequest(
                  "127.0.0.1",
                  peer.port(),
                  "example.org",
                  "/echo",
                  Optional.empty(),
                  Fields.empty(),
                  ServerTrust.Insecure.INSTANCE,
                  DialectPolicy.only(Draft.D16),
                  Duration.ofSeconds(10)));
    }
    peer.handshaken();
  }

  /** A STREAM frame. */
  private static String stream(long id, String bytes) {
    return "0a" + RawHttp.number(id) + RawHttp.number(bytes.length() / 2) + bytes;
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-02", "H3-B-03"})
  void datagramsAreAnnouncedAndNoReliableReset(Role ours) {
    handshake(ours, Map.of());
    Map<Long, String> announced = peer.peersParameters();
    // 65,535 or so: two bits of it are the length.
    assertTrue(announced.get(MAX_DATAGRAM_FRAME_SIZE).compareTo("40") > 0, announced::toString);
    assertNull(announced.get(RESET_STREAM_AT), announced::toString);
    assertNull(announced.get(RESET_STREAM_AT_BEFORE), announced::toString);
  }

  static Stream<Arguments> resets() {
    return Stream.of(Role.values())
        .flatMap(
            ours ->
                Stream.of(
                    Arguments.of(ours, "a reliable size above the final size", "2402070309"),
                    Arguments.of(ours, "another final size", "2402070303" + "2402070403"),
                    Arguments.of(ours, "another code", "2402070303" + "2402080303"),
                    Arguments.of(ours, "a good one", "2402070303")));
  }

  /** As for any frame of a type that was not agreed on (RFC 9000 12.4). */
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("resets")
  @Conformance("H3-B-28")
  void framesOfReliableResetCloseTheConnection(Role ours, String what, String frames) {
    handshake(ours, Map.of());
    // Streams 2 and 3 are the first unidirectional ones of a client and a server.
    String id = ours == Role.SERVER ? "02" : "03";
    peer.send(stream(Long.parseLong(id), "004400") + frames.replace("2402", "24" + id));
    BareClose close = peer.closed();
    assertEquals(FRAME_ENCODING_ERROR, close.code(), close::toString);
    assertTrue(!close.application(), close::toString);
  }

  static Stream<Arguments> parameters() {
    return Stream.of(Role.values())
        .flatMap(
            ours ->
                Stream.of(RESET_STREAM_AT, RESET_STREAM_AT_BEFORE)
                    .flatMap(
                        id -> Stream.of("", "00").map(value -> Arguments.of(ours, id, value))));
  }

  /** An empty value is right, one byte is not: neither has any effect. */
  @ParameterizedTest(name = "{0}: {1} = {2}")
  @MethodSource("parameters")
  @Conformance("H3-B-29")
  void theParameterOfReliableResetIsPassedOver(Role ours, long id, String value) {
    handshake(ours, Map.of(id, value));
    if (ours == Role.SERVER) {
      peer.send(
          stream(2, Era.D16.clientControl())
              + stream(0, RawHttp.headers(Era.D16.connect("/echo"))));
      // A header section that begins with ":status: 200".
      assertEquals("01", peer.stream(0, 1));
      net.session();
    } else {
      peer.send(stream(3, Era.D16.serverControl()));
      assertEquals("01", peer.stream(0, 1));
      peer.send(stream(0, WireSession.ANSWER));
      TestNet.get(dialled);
    }
    assertTrue(peer.isOpen());
  }
}
