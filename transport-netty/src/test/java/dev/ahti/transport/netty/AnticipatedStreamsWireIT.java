package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawOptions;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a peer that writes raw bytes sees of streams that we anticipate. */
class AnticipatedStreamsWireIT extends FlowWire {
  private boolean server;

  @Override
  void open(Draft draft, String settings) {
    if (server) {
      openAtServer(draft, settings);
    } else {
      openFromClient(draft, settings);
    }
  }

  static Stream<Arguments> rolesDraftsAndKinds() {
    return Stream.of(Role.values())
        .flatMap(
            role ->
                FlowRules.draftsAndKinds()
                    .map(row -> Arguments.of(role, row.get()[0], row.get()[1])));
  }

  @ParameterizedTest
  @MethodSource("rolesDraftsAndKinds")
  void theLimitOfTheSessionRisesAtOnceAndNeverFalls(Role role, Draft draft, StreamKind kind) {
    server = role == Role.SERVER;
    open(draft, 1000, 4, 4);
    long capsule = kind == StreamKind.BIDIRECTIONAL ? MAX_STREAMS_BIDI : MAX_STREAMS_UNI;
    session.anticipate(kind, 300);
    expect(capsule, 300);
    // What says nothing new is not sent: the next capsule is that of the last call.
    session.anticipate(kind, 300);
    session.anticipate(kind, 0);
    session.anticipate(kind, 65_535);
    expect(capsule, 65_535);
  }

  @Test
  void quicsOwnLimitsRiseWhereTheConnectionIsTheSessionsAlone() {
    StreamCounts many = new StreamCounts(OptionalInt.of(500), OptionalInt.of(600));
    assertEquals(Limits.at(many, false), new Limits(500 + 3, 600));
    Limits usual = Limits.at(StreamCounts.UNKNOWN, false);
    assertTrue(usual.unidirectional() >= 100 && usual.unidirectional() < 500, usual::toString);
    assertTrue(usual.bidirectional() >= 100 && usual.bidirectional() < 600, usual::toString);
    assertEquals(usual, Limits.at(new StreamCounts(OptionalInt.of(0), OptionalInt.of(9)), false));
    assertEquals(usual, Limits.at(many, true));
  }

  /** What QUIC of a client lets its server open, before it has opened anything. */
  private record Limits(long unidirectional, long bidirectional) {

    static Limits at(StreamCounts streams, boolean pooled) {
      try (EngineNet net = new EngineNet();
          RawSession begun =
              RawSession.begin(
                  net,
                  Role.CLIENT,
                  Draft.D16,
                  0,
                  RawOptions.DEFAULTS,
                  dial -> {
                    var asked = dial.withConnection(false, streams);
                    return pooled ? asked.withPool("") : asked;
                  })) {
        return new Limits(
            begun.raw.connection().peerAllowedStreams(QuicStreamType.UNIDIRECTIONAL),
            begun.raw.connection().peerAllowedStreams(QuicStreamType.BIDIRECTIONAL));
      }
    }
  }
}
