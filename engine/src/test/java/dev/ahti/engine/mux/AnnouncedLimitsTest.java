package dev.ahti.engine.mux;

import static dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import org.junit.jupiter.api.Test;

/** The peer's SETTINGS count up to a server's answer: draft-ietf-webtrans-http2-15 4.3.1. */
class AnnouncedLimitsTest {
  private static MuxLimits limits(long data, long streams, long stream) {
    return new MuxLimits(new InitialLimits(data, streams, streams), StreamLimits.of(stream));
  }

  private final MuxEnd server = MuxEnd.of(Role.SERVER, MuxEnd.WIDE, limits(5, 2, 50));

  @Test
  void whatIsAnnouncedLaterTakesThePlaceOfTheSetupsUpwardsAndDownwards() {
    server.mux.peerAnnounced(limits(100, 1, 8));
    long id = server.open(BIDIRECTIONAL);
    server.write(id, 20);
    assertEquals("data(1,8) blocked-stream(1,8)", server.flushed());
    assertTrue(server.mux.open(BIDIRECTIONAL, SendPriority.DEFAULT).isEmpty());
  }

  @Test
  void whatWasAnticipatedBeforeStillHolds() {
    server.mux.anticipate(BIDIRECTIONAL, 300);
    server.mux.peerAnnounced(limits(100, 1, 8));
    assertEquals("max-bidi(300)", server.flushed());
    server.receive("data(" + 4 * 299 + ",1)");
    assertEquals(300, server.mux.openStreams());
  }

  @Test
  void aSessionThatHasStreamsKeepsWhatItBeganWith() {
    server.open(BIDIRECTIONAL);
    MuxLimits late = limits(100, 1, 8);
    assertThrows(IllegalStateException.class, () -> server.mux.peerAnnounced(late));
  }

  @Test
  void streamsOfThePeerCountAsMuch() {
    server.receive("data(0,1)");
    MuxLimits late = limits(100, 1, 8);
    assertThrows(IllegalStateException.class, () -> server.mux.peerAnnounced(late));
  }
}
