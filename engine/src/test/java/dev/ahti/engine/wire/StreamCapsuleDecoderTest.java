package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import dev.ahti.engine.wire.CapsulePart.OfSession;
import dev.ahti.engine.wire.CapsulePart.StreamBytes;
import dev.ahti.engine.wire.CapsulePart.StreamStart;
import dev.ahti.engine.wire.StreamCapsuleDecoder.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("draft-ietf-webtrans-http2-15 6: capsules we read")
class StreamCapsuleDecoderTest {

  private static final CapsuleDecoder.Limits LIMITS = CapsuleDecoder.Limits.DEFAULT;
  private static final ByteString DRAIN = Vectors.load("capsules", "drain");

  /** What a decoder gave for pieces of a stream and its end. */
  private record Outcome(List<CapsulePart> parts, @Nullable Violation violation) {}

  static Stream<Vector> known() {
    return Stream.concat(
        Vectors.load("capsules-http2").stream(), Vectors.load("capsules-http2-longer").stream());
  }

  static List<Vector> skipped() {
    return Vectors.load("capsules-http2-skipped");
  }

  static List<Vector> rejected() {
    return Vectors.load("capsules-http2-rejected");
  }

  static Stream<Vector> all() {
    return Stream.of(known(), skipped().stream(), rejected().stream()).flatMap(each -> each);
  }

  private static StreamCapsuleDecoder decoder() {
    return new StreamCapsuleDecoder(LIMITS, Reading.DRAFT_15);
  }

  private static Outcome decode(List<ByteString> pieces) {
    StreamCapsuleDecoder decoder = decoder();
    List<CapsulePart> parts = new ArrayList<>();
    for (ByteString piece : pieces) {
      parts.addAll(decoder.feed(piece).parts());
    }
    return new Outcome(StreamCapsuleSamples.merged(parts), decoder.finish());
  }

  private static Violation violation(StreamCapsuleDecoder.Result result) {
    assertNotNull(result.violation());
    return result.violation();
  }

  @ParameterizedTest
  @MethodSource("known")
  void readsEachVector(Vector vector) {
    assertEquals(
        new Outcome(StreamCapsuleSamples.parts(vector.name()), null),
        decode(List.of(vector.bytes())));
  }

  @ParameterizedTest
  @MethodSource("all")
  void readsTheSameSplitAtEveryByte(Vector vector) {
    ByteString bytes = DRAIN.concat(vector.bytes());
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
    assertEquals(
        new Outcome(List.of(new OfSession(new Capsule.DrainSession())), null),
        decode(List.of(vector.bytes().concat(DRAIN))));
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void endsTheSessionForAMalformedCapsule(Vector vector) {
    Violation violation = decode(List.of(vector.bytes())).violation();
    assertNotNull(violation);
    assertEquals(Scope.SESSION, violation.scope());
  }

  @ParameterizedTest
  @CsvSource({
    "close with 1025 bytes of reason",
    "close that is not UTF-8",
  })
  void endsTheSessionWithWtErrorForAReasonThatIsNone(String name) {
    ByteString bytes = Vectors.load("capsules-http2-rejected", name);
    assertEquals(WebTransportHttp2ErrorCode.WT_ERROR, violation(decoder().feed(bytes)).code());
  }

  @ParameterizedTest
  @MethodSource("all")
  void reportsAnEndInsideACapsuleAtEveryByte(Vector vector) {
    boolean valid = decode(List.of(vector.bytes())).violation() == null;
    for (int cut = 1; valid && cut < vector.bytes().length(); cut++) {
      Violation violation = decode(List.of(vector.bytes().take(cut))).violation();
      assertNotNull(violation, "end after " + cut);
      assertEquals(Http3ErrorCode.H3_MESSAGE_ERROR, violation.code(), "end after " + cut);
    }
  }

  @Test
  void readsTheOtherTypeAsTheEndOfALegacyPeersStream() {
    StreamCapsuleDecoder decoder =
        new StreamCapsuleDecoder(LIMITS, new Reading(FinOrder.LEGACY, false, false));
    assertEquals(
        List.of(new StreamStart(0, 0, false), new StreamStart(0, 0, true)),
        decoder.feed(Vectors.hex("990b4d3b 01 00 990b4d3c 01 00")).parts());
  }

  @Test
  void readsTheShiftedNumbersWhereThePeerIsKnownToUseThem() {
    StreamCapsuleDecoder decoder =
        new StreamCapsuleDecoder(LIMITS, new Reading(FinOrder.DRAFT_15, true, false));
    ByteString bytes =
        Vectors.load("capsules-http2-skipped", "shifted drain")
            .concat(Vectors.load("capsules-http2-skipped", "shifted close"));
    assertEquals(
        List.of(
            new OfSession(new Capsule.DrainSession()),
            new OfSession(new Capsule.CloseSession(1, "bye"))),
        decoder.feed(bytes).parts());
    assertNotNull(decoder.feed(DRAIN).violation(), "after CLOSE");
  }

  @Test
  void tellsOfAStreamBeforeItsBytesHaveCome() {
    StreamCapsuleDecoder decoder = decoder();
    assertEquals(
        List.of(new StreamStart(4, 1L << 40, false)),
        decoder.feed(Vectors.hex("990b4d3c c000010000000001 04")).parts());
  }

  @Test
  void passesAStreamOfAnyLengthAndHoldsNothing() {
    StreamCapsuleDecoder decoder = decoder();
    decoder.feed(Vectors.hex("990b4d3c c000010000000001 04"));
    ByteString mebibyte = ByteString.fromArray(new byte[1024 * 1024]);
    for (int i = 0; i < 64; i++) {
      assertEquals(
          new StreamCapsuleDecoder.Result(List.of(new StreamBytes(mebibyte, false)), null),
          decoder.feed(mebibyte));
      assertEquals(0, decoder.heldBytes());
    }
  }

  @Test
  void skipsPaddingOfAnyLengthAndHoldsNothing() {
    StreamCapsuleDecoder decoder = decoder();
    decoder.feed(Vectors.hex("990b4d38 c000010000000000"));
    ByteString mebibyte = ByteString.fromArray(new byte[1024 * 1024]);
    for (int i = 0; i < 64; i++) {
      assertEquals(new StreamCapsuleDecoder.Result(List.of(), null), decoder.feed(mebibyte));
      assertEquals(0, decoder.heldBytes());
    }
    assertEquals(64L * 1024 * 1024 + 12, decoder.skippedBytes());
  }

  @Test
  void endsTheSessionForMoreEmptyPaddingThanTheBudget() {
    StreamCapsuleDecoder decoder =
        new StreamCapsuleDecoder(new CapsuleDecoder.Limits(0, 10), Reading.DRAFT_15);
    assertNull(decoder.feed(Vectors.hex("990b4d38 00 990b4d38 00")).violation());
    Violation violation = violation(decoder.feed(Vectors.hex("990b4d38 00")));
    assertEquals(Http3ErrorCode.H3_EXCESSIVE_LOAD, violation.code());
  }

  @Test
  void endsTheSessionWhenMoreIsSkippedThanTheBudget() {
    StreamCapsuleDecoder decoder =
        new StreamCapsuleDecoder(new CapsuleDecoder.Limits(0, 100), Reading.DRAFT_15);
    // The header counts: 9 bytes, then 91.
    decoder.feed(Vectors.hex("17 ffffffffffffffff"));
    assertNull(decoder.feed(ByteString.fromArray(new byte[91])).violation());
    decoder.refillSkipBudget();
    assertNull(decoder.feed(ByteString.fromArray(new byte[100])).violation());
    assertEquals(
        Http3ErrorCode.H3_EXCESSIVE_LOAD,
        violation(decoder.feed(ByteString.fromArray(new byte[1]))).code());
  }

  @Test
  void skipsADatagramOverTheLimitAndDeliversOneAtTheLimit() {
    StreamCapsuleDecoder decoder =
        new StreamCapsuleDecoder(new CapsuleDecoder.Limits(3, 100), Reading.DRAFT_15);
    assertEquals(
        List.of(new OfSession(new Capsule.DatagramCapsule(Vectors.hex("010203")))),
        decoder.feed(Vectors.hex("00 04 01020304 00 03 010203")).parts());
  }

  @Test
  void rejectsAKnownCapsuleByItsHeaderBeforeAnyPayload() {
    StreamCapsuleDecoder decoder = decoder();
    ByteString reset = Vectors.load("capsules-http2-rejected", "reset stream of 10 GiB");
    assertNull(decoder.feed(reset.take(reset.length() - 1)).violation());
    assertNotNull(decoder.feed(reset.drop(reset.length() - 1)).violation());
    assertTrue(decoder.heldBytes() < 16);
  }

  @Test
  void staysWithItsFirstViolation() {
    StreamCapsuleDecoder decoder = decoder();
    Violation first =
        violation(decoder.feed(Vectors.load("capsules-http2-rejected", "stream without an id")));
    assertEquals(new StreamCapsuleDecoder.Result(List.of(), first), decoder.feed(DRAIN));
    assertEquals(first, decoder.finish());
  }

  @Test
  void keepsNoLongReadAliveForAFewBytes() {
    ByteString padding = StreamCapsule.padding(64 * 1024);
    ByteString read = Vectors.load("capsules-http2", "stream 0 hi").concat(padding).compact();
    StreamBytes few = (StreamBytes) decoder().feed(read).parts().get(1);
    assertTrue(few.bytes().isCompact(), "a slice of " + read.length() + " bytes");
    ByteString most = Vectors.load("capsules-http2", "stream 0 300 times a");
    StreamBytes many = (StreamBytes) decoder().feed(most).parts().get(1);
    assertEquals(ByteString.fromString("a".repeat(300)), many.bytes());
  }

  /** Sequences of capsules, cut at random, are read as what they are; the seed is in the name. */
  @ParameterizedTest(name = "seed {0}")
  @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
  void readsAnySequenceCutAnywhere(long seed) {
    Random random = new Random(seed);
    List<Vector> vectors =
        Stream.concat(known(), skipped().stream())
            .filter(vector -> !vector.name().startsWith("close"))
            .toList();
    List<CapsulePart> expected = new ArrayList<>();
    ByteString bytes = ByteString.emptyByteString();
    for (int i = 0; i < 400; i++) {
      Vector vector = vectors.get(random.nextInt(vectors.size()));
      bytes = bytes.concat(vector.bytes());
      if (!skipped().contains(vector)) {
        expected.addAll(StreamCapsuleSamples.parts(vector.name()));
      }
    }
    List<ByteString> pieces = new ArrayList<>();
    for (ByteString rest = bytes.compact(); !rest.isEmpty(); ) {
      int cut = Math.min(rest.length(), 1 + random.nextInt(1 << random.nextInt(10)));
      pieces.add(rest.take(cut));
      rest = rest.drop(cut);
    }
    assertEquals(new Outcome(expected, null), decode(pieces));
  }

  /**
   * Bytes that mean nothing never throw, never make it hold much, and give the same however cut.
   */
  @ParameterizedTest(name = "seed {0}")
  @CsvSource({"11", "12", "13", "14"})
  void survivesAnything(long seed) {
    Random random = new Random(seed);
    List<Vector> vectors = all().toList();
    for (int round = 0; round < 500; round++) {
      ByteString sample = vectors.get(random.nextInt(vectors.size())).bytes();
      byte[] bytes = sample.concat(vectors.get(random.nextInt(vectors.size())).bytes()).toArray();
      for (int i = random.nextInt(4); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      ByteString broken = ByteString.fromArray(bytes);
      int cut = random.nextInt(bytes.length + 1);
      assertEquals(decode(List.of(broken)), decode(List.of(broken.take(cut), broken.drop(cut))));
    }
  }
}
