package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 9297 3.2 and 3.3: capsules we read")
class CapsuleDecoderTest {

  private static final CapsuleDecoder.Limits LIMITS = CapsuleDecoder.Limits.DEFAULT;

  /** What a decoder gave for pieces of a stream and its end. */
  private record Outcome(List<Capsule> capsules, @Nullable Violation violation) {}

  static Stream<Vector> known() {
    return Stream.concat(
        Vectors.load("capsules").stream(), Vectors.load("capsules-longer").stream());
  }

  static List<Vector> skipped() {
    return Vectors.load("capsules-skipped");
  }

  static List<Vector> rejected() {
    return Vectors.load("capsules-rejected");
  }

  static Stream<Vector> all() {
    return Stream.of(known(), skipped().stream(), rejected().stream()).flatMap(each -> each);
  }

  private static Outcome decode(List<ByteString> pieces) {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS);
    List<Capsule> capsules = new ArrayList<>();
    for (ByteString piece : pieces) {
      capsules.addAll(decoder.feed(piece).capsules());
    }
    return new Outcome(capsules, decoder.finish());
  }

  @ParameterizedTest
  @MethodSource("known")
  void readsEachVector(Vector vector) {
    assertEquals(
        new Outcome(List.of(CapsuleSamples.named(vector.name())), null),
        decode(List.of(vector.bytes())));
  }

  @ParameterizedTest
  @MethodSource("all")
  void readsTheSameSplitAtEveryByte(Vector vector) {
    ByteString drain = Vectors.load("capsules", "drain");
    ByteString bytes = drain.concat(vector.bytes());
    Outcome whole = decode(List.of(bytes));
    for (int cut = 0; cut <= bytes.length(); cut++) {
      assertEquals(whole, decode(List.of(bytes.take(cut), bytes.drop(cut))), "split at " + cut);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void readsTheSameByteByByte(Vector vector) {
    List<ByteString> pieces = new ArrayList<>();
    for (int i = 0; i < vector.bytes().length(); i++) {
      pieces.add(vector.bytes().slice(i, i + 1));
      pieces.add(ByteString.emptyByteString());
    }
    assertEquals(decode(List.of(vector.bytes())), decode(pieces));
  }

  @ParameterizedTest
  @MethodSource("skipped")
  void skipsWhatItDoesNotKnowAndGoesOn(Vector vector) {
    ByteString drain = Vectors.load("capsules", "drain");
    assertEquals(
        new Outcome(List.of(new Capsule.DrainSession()), null),
        decode(List.of(vector.bytes().concat(drain))));
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void resetsTheSessionForAMalformedCapsule(Vector vector) {
    Violation violation = assertNotNullViolation(decode(List.of(vector.bytes())));
    assertEquals(Http3ErrorCode.H3_MESSAGE_ERROR, violation.code());
    assertEquals(Scope.SESSION, violation.scope());
  }

  private static Violation assertNotNullViolation(Outcome outcome) {
    assertNotNull(outcome.violation());
    return outcome.violation();
  }

  @ParameterizedTest
  @MethodSource("all")
  void reportsAFinInsideACapsuleAtEveryByte(Vector vector) {
    boolean valid = decode(List.of(vector.bytes())).violation() == null;
    for (int cut = 1; valid && cut < vector.bytes().length(); cut++) {
      Violation violation = assertNotNullViolation(decode(List.of(vector.bytes().take(cut))));
      assertEquals(Http3ErrorCode.H3_MESSAGE_ERROR, violation.code(), "FIN after " + cut);
    }
  }

  @Test
  void takesAFinBetweenCapsulesAsTheEnd() {
    assertEquals(new Outcome(List.of(), null), decode(List.of()));
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS);
    decoder.feed(Vectors.load("capsules", "drain"));
    assertNull(decoder.finish());
  }

  @Test
  void skipsTheCapsulesOfFlowControlWhereTheDraftHasNone() {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS, new CapsuleDecoder.Known(true, false));
    // WT_MAX_DATA without a number, WT_MAX_STREAMS with one, and WT_MAX_STREAM_DATA.
    ByteString unknown =
        Vectors.hex("990b4d3d 00 990b4d3f 01 05 990b4d3e 02 0001")
            .concat(Vectors.load("capsules", "drain"));
    assertEquals(
        new CapsuleDecoder.Result(List.of(new Capsule.DrainSession()), null),
        decoder.feed(unknown));
    assertEquals(18, decoder.skippedBytes());
  }

  @Test
  void skipsDrainWhereTheDraftHasNone() {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS, new CapsuleDecoder.Known(false, false));
    // Empty, and with a byte, which is malformed where it is known.
    ByteString unknown =
        Vectors.load("capsules", "drain")
            .concat(Vectors.hex("800078ae 01 00"))
            .concat(Vectors.load("capsules", "datagram hi"));
    assertEquals(
        new CapsuleDecoder.Result(
            List.of(new Capsule.DatagramCapsule(ByteString.fromString("hi"))), null),
        decoder.feed(unknown));
    assertEquals(11, decoder.skippedBytes());
  }

  @Test
  void readsAllCapsulesOfOnePieceInOrder() {
    ByteString bytes =
        Vectors.load("capsules", "datagram hi")
            .concat(Vectors.load("capsules-skipped", "grease 0x40"))
            .concat(Vectors.load("capsules", "drain"))
            .concat(Vectors.load("capsules", "close 1 bye"));
    List<Capsule> expected =
        List.of(
            new Capsule.DatagramCapsule(ByteString.fromString("hi")),
            new Capsule.DrainSession(),
            new Capsule.CloseSession(1, "bye"));
    assertEquals(new Outcome(expected, null), decode(List.of(bytes)));
  }

  @Test
  void deliversTheCloseInFrontOfTheBytesThatMustNotFollow() {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS);
    CapsuleDecoder.Result result =
        decoder.feed(Vectors.load("capsules-rejected", "bytes after close"));
    assertEquals(List.of(new Capsule.CloseSession(0, "")), result.capsules());
    assertNotNull(result.violation());
  }

  @Test
  void readsTheCapsuleInsideADataFrame() {
    ByteString frame = Vectors.load("data-frames", "close 0");
    assertEquals(0, VarInt.get(frame, 0));
    assertEquals(frame.length() - 2, VarInt.get(frame, 1));
    assertEquals(
        new Outcome(List.of(new Capsule.CloseSession(0, "")), null),
        decode(List.of(frame.drop(2))));
  }

  @Test
  void staysWithItsFirstViolation() {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS);
    Violation first =
        decoder.feed(Vectors.load("capsules-rejected", "close of no bytes")).violation();
    CapsuleDecoder.Result later = decoder.feed(Vectors.load("capsules", "drain"));
    assertEquals(new CapsuleDecoder.Result(List.of(), first), later);
    assertEquals(first, decoder.finish());
  }

  @Test
  void skipsACapsuleOfAnyLengthWithinTheBudgetAndHoldsNothing() {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS);
    decoder.feed(Vectors.hex("17 ffffffffffffffff"));
    ByteString mebibyte = ByteString.fromArray(new byte[1024 * 1024 - 1024]);
    for (int i = 0; i < 1024; i++) {
      assertNull(decoder.feed(mebibyte).violation(), "after " + i + " MiB");
      assertEquals(0, decoder.heldBytes());
      decoder.refillSkipBudget();
    }
  }

  @Test
  void endsTheSessionWhenMoreIsSkippedThanTheBudget() {
    CapsuleDecoder decoder = new CapsuleDecoder(new CapsuleDecoder.Limits(0, 100));
    // The header counts: 9 bytes, then 91.
    decoder.feed(Vectors.hex("17 ffffffffffffffff"));
    assertNull(decoder.feed(ByteString.fromArray(new byte[91])).violation());
    Violation violation = decoder.feed(ByteString.fromArray(new byte[1])).violation();
    assertNotNull(violation);
    assertEquals(Http3ErrorCode.H3_EXCESSIVE_LOAD, violation.code());
    assertEquals(Scope.SESSION, violation.scope());
  }

  @Test
  void countsEmptyUnknownCapsulesAgainstTheBudget() {
    CapsuleDecoder decoder = new CapsuleDecoder(new CapsuleDecoder.Limits(0, 10));
    assertNull(decoder.feed(Vectors.hex("17 00 17 00 17 00 17 00 17 00")).violation());
    assertNotNull(decoder.feed(Vectors.hex("17 00")).violation());
  }

  @Test
  void skipsADatagramOverTheLimitAndDeliversOneAtTheLimit() {
    CapsuleDecoder decoder = new CapsuleDecoder(new CapsuleDecoder.Limits(3, 100));
    CapsuleDecoder.Result result = decoder.feed(Vectors.hex("00 04 01020304 00 03 010203"));
    assertEquals(
        new CapsuleDecoder.Result(
            List.of(new Capsule.DatagramCapsule(Vectors.hex("010203"))), null),
        result);
  }

  @Test
  void holdsNoMoreThanWasReceivedOfADatagram() {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS);
    decoder.feed(Vectors.hex("00 80010000"));
    assertEquals(0, decoder.heldBytes());
    decoder.feed(ByteString.fromArray(new byte[10]));
    decoder.feed(ByteString.fromArray(new byte[10]));
    assertEquals(20, decoder.heldBytes());
    List<Capsule> capsules =
        decoder.feed(ByteString.fromArray(new byte[64 * 1024 - 20])).capsules();
    assertEquals(
        List.of(new Capsule.DatagramCapsule(ByteString.fromArray(new byte[64 * 1024]))), capsules);
    assertEquals(0, decoder.heldBytes());
  }

  @Test
  void rejectsAKnownCapsuleByItsHeaderBeforeAnyPayload() {
    CapsuleDecoder decoder = new CapsuleDecoder(LIMITS);
    ByteString close = Vectors.load("capsules-rejected", "close of 10 GiB");
    assertNull(decoder.feed(close.take(close.length() - 1)).violation());
    assertNotNull(decoder.feed(close.drop(close.length() - 1)).violation());
    assertTrue(decoder.heldBytes() < 16);
  }
}
