package dev.ahti.engine.wire;

import java.util.Map;
import org.apache.pekko.util.ByteString;

/** The capsules that the vectors of {@code capsules.hex} name. */
final class CapsuleSamples {
  private static final Map<String, Capsule> BY_NAME =
      Map.ofEntries(
          Map.entry("close 0", new Capsule.CloseSession(0, "")),
          Map.entry("close 1 bye", new Capsule.CloseSession(1, "bye")),
          Map.entry("close 4294967295 é", new Capsule.CloseSession(0xffff_ffffL, "é")),
          Map.entry("close 7 1024 times a", new Capsule.CloseSession(7, "a".repeat(1024))),
          Map.entry("drain", new Capsule.DrainSession()),
          Map.entry("max data 65536", new Capsule.MaxData(65_536)),
          Map.entry(
              "max streams bidirectional 100",
              new Capsule.MaxStreams(StreamKind.BIDIRECTIONAL, 100)),
          Map.entry(
              "max streams unidirectional 100",
              new Capsule.MaxStreams(StreamKind.UNIDIRECTIONAL, 100)),
          Map.entry(
              "max streams bidirectional 2^60",
              new Capsule.MaxStreams(StreamKind.BIDIRECTIONAL, 1L << 60)),
          Map.entry(
              "max streams bidirectional 2^60+1",
              new Capsule.MaxStreams(StreamKind.BIDIRECTIONAL, (1L << 60) + 1)),
          Map.entry("data blocked 65536", new Capsule.DataBlocked(65_536)),
          Map.entry(
              "streams blocked bidirectional 100",
              new Capsule.StreamsBlocked(StreamKind.BIDIRECTIONAL, 100)),
          Map.entry(
              "streams blocked unidirectional 100",
              new Capsule.StreamsBlocked(StreamKind.UNIDIRECTIONAL, 100)),
          Map.entry("datagram hi", new Capsule.DatagramCapsule(ByteString.fromString("hi"))),
          Map.entry("datagram empty", new Capsule.DatagramCapsule(ByteString.emptyByteString())));

  private CapsuleSamples() {}

  static Capsule named(String name) {
    Capsule capsule = BY_NAME.get(name);
    if (capsule == null) {
      throw new AssertionError("no capsule of the name " + name);
    }
    return capsule;
  }
}
