package dev.ahti.engine.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.dialect.Http2Quirk;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.CapsuleDecoder;
import dev.ahti.engine.wire.FinOrder;
import dev.ahti.engine.wire.StreamCapsule;
import dev.ahti.engine.wire.StreamKind;
import java.util.List;
import java.util.Set;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is a violation by draft 15, and is let pass where somebody says so. */
class DeviatingPeerTest {

  private static MuxEnd of(Role role, Http2Quirk... tolerated) {
    return new MuxEnd(
        new MuxSetup(
            role,
            new Http2Dialect(FinOrder.DRAFT_15, Set.of(tolerated)),
            MuxEnd.WIDE,
            false,
            MuxEnd.WIDE,
            CapsuleDecoder.Limits.DEFAULT,
            MuxEnd.CONTROL,
            MuxEnd.CHUNK));
  }

  private static Role other(Role role) {
    return role == Role.CLIENT ? Role.SERVER : Role.CLIENT;
  }

  private static void assertEnds(List<MuxEffect> effects) {
    assertInstanceOf(MuxEffect.Violated.class, effects.get(effects.size() - 1));
  }

  private static List<MuxEffect> limit(MuxEnd end, long id) {
    return end.mux.receive(new StreamCapsule.MaxStreamData(id, 1 << 21).encode());
  }

  @ParameterizedTest
  @EnumSource
  void limitsOfStreamsOnWhichOnlyThePeerSendsAreIgnored(Role role) {
    long theirs = StreamIds.of(other(role), StreamKind.UNIDIRECTIONAL, 0);
    assertEquals(List.of(), limit(of(role, Http2Quirk.USELESS_STREAM_LIMITS), theirs));
    assertEnds(limit(of(role), theirs));
    // One of ours that there is not yet is none of these.
    assertEnds(
        limit(
            of(role, Http2Quirk.USELESS_STREAM_LIMITS),
            StreamIds.of(role, StreamKind.UNIDIRECTIONAL, 0)));
  }

  @ParameterizedTest
  @EnumSource
  void aResetNeedNotSayHowMuchWasSent(Role role) {
    long theirs = StreamIds.of(other(role), StreamKind.UNIDIRECTIONAL, 0);
    ByteString unsaid =
        new StreamCapsule.ResetStream(theirs, 42, StreamCapsule.ResetStream.SIZE_UNSAID).encode();
    MuxEnd end = of(role, Http2Quirk.RESETS_WITHOUT_SIZE);
    assertEquals(
        List.of(
            new MuxEffect.StreamOpened(theirs, StreamKind.UNIDIRECTIONAL),
            new MuxEffect.StreamReset(theirs, 42)),
        end.mux.receive(unsaid));
    assertEnds(of(role).mux.receive(unsaid));
    // One that says it has to be right.
    assertEnds(
        of(role, Http2Quirk.RESETS_WITHOUT_SIZE)
            .mux
            .receive(new StreamCapsule.ResetStream(theirs, 42, 1).encode()));
    // And nothing else may be shorter.
    assertEnds(
        of(role, Http2Quirk.RESETS_WITHOUT_SIZE)
            .mux
            .receive(ByteString.fromInts(0x99, 0x0b, 0x4d, 0x3a, 1, 0)));
  }

  @ParameterizedTest
  @EnumSource
  void idsHaveTheLowestBitOfTheOtherRole(Role role) {
    for (StreamKind kind : StreamKind.values()) {
      MuxEnd end = of(role, Http2Quirk.SWAPPED_STREAM_IDS);
      assertEquals(StreamIds.of(other(role), kind, 0), end.open(kind));
      long theirs = StreamIds.of(role, kind, 0);
      List<MuxEffect> effects =
          end.mux.receive(new StreamCapsule.StreamDataBlocked(theirs, 0).encode());
      assertTrue(effects.contains(new MuxEffect.StreamOpened(theirs, kind)), effects::toString);
      assertEnds(of(role).mux.receive(new StreamCapsule.StreamDataBlocked(theirs, 0).encode()));
    }
  }
}
