package dev.ahti.engine.wire;

import dev.ahti.engine.wire.CapsulePart.OfSession;
import dev.ahti.engine.wire.CapsulePart.OfStream;
import dev.ahti.engine.wire.CapsulePart.StreamBytes;
import dev.ahti.engine.wire.CapsulePart.StreamStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** What the vectors of {@code capsules-http2.hex} are read as, and how we write them. */
final class StreamCapsuleSamples {

  /** Parts that are no more than what {@link CapsuleSamples} has are found there. */
  private static final Map<String, List<CapsulePart>> PARTS =
      Map.ofEntries(
          Map.entry("stream 0 hi", stream(0, false, "hi")),
          Map.entry("stream 0 hi, fin", stream(0, true, "hi")),
          Map.entry("stream 2 empty, fin", stream(2, true, "")),
          Map.entry("stream 64 empty", stream(64, false, "")),
          Map.entry("stream 16384 a", stream(16_384, false, "a")),
          Map.entry("stream 2^62-1 a", stream(VarInt.MAX, false, "a")),
          Map.entry("stream 0 300 times a", stream(0, false, "a".repeat(300))),
          Map.entry(
              "reset stream 4 code 42 size 10",
              List.of(new OfStream(new StreamCapsule.ResetStream(4, 42, 10)))),
          Map.entry(
              "reset stream 2^62-1 code 2^62-1 size 2^62-1",
              List.of(
                  new OfStream(new StreamCapsule.ResetStream(VarInt.MAX, VarInt.MAX, VarInt.MAX)))),
          Map.entry(
              "stop sending 1 code 4294967295",
              List.of(new OfStream(new StreamCapsule.StopSending(1, 0xffff_ffffL)))),
          Map.entry(
              "max stream data 0 1024",
              List.of(new OfStream(new StreamCapsule.MaxStreamData(0, 1024)))),
          Map.entry(
              "stream data blocked 0 1024",
              List.of(new OfStream(new StreamCapsule.StreamDataBlocked(0, 1024)))),
          Map.entry("padding 3", List.of()),
          Map.entry("padding empty", List.of()));

  private StreamCapsuleSamples() {}

  private static List<CapsulePart> stream(long id, boolean fin, String text) {
    List<CapsulePart> parts = new ArrayList<>();
    parts.add(new StreamStart(id, text.length(), fin));
    if (!text.isEmpty()) {
      parts.add(new StreamBytes(ByteString.fromString(text), true));
    }
    return parts;
  }

  static List<CapsulePart> parts(String name) {
    List<CapsulePart> parts = PARTS.get(name);
    return parts == null ? List.of(new OfSession(CapsuleSamples.named(name))) : parts;
  }

  /** The capsule of these parts as we would send it. */
  static ByteString encoded(String name) {
    List<CapsulePart> parts = parts(name);
    if (name.startsWith("padding")) {
      return StreamCapsule.padding(name.endsWith("3") ? 3 : 0);
    }
    if (parts.get(0) instanceof OfSession session) {
      return session.capsule().encode();
    }
    if (parts.get(0) instanceof OfStream stream) {
      return stream.capsule().encode();
    }
    StreamStart start = (StreamStart) parts.get(0);
    ByteString header =
        StreamCapsule.streamHeader(
            FinOrder.DRAFT_15, start.streamId(), start.fin(), (int) start.length());
    return parts.size() == 1 ? header : header.concat(((StreamBytes) parts.get(1)).bytes());
  }

  /** The parts with the bytes of each WT_STREAM capsule in one piece, however they came. */
  static List<CapsulePart> merged(List<CapsulePart> parts) {
    List<CapsulePart> merged = new ArrayList<>();
    for (CapsulePart part : parts) {
      int before = merged.size() - 1;
      if (part instanceof StreamBytes bytes
          && before >= 0
          && merged.get(before) instanceof StreamBytes ahead
          && !ahead.last()) {
        merged.set(before, new StreamBytes(ahead.bytes().concat(bytes.bytes()), bytes.last()));
      } else {
        merged.add(part);
      }
    }
    return merged;
  }
}
