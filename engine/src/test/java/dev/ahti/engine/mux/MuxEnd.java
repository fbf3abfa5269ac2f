package dev.ahti.engine.mux;

import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.CapsuleDecoder;
import dev.ahti.engine.wire.CapsulePart;
import dev.ahti.engine.wire.StreamCapsuleDecoder;
import dev.ahti.engine.wire.StreamCapsuleDecoder.Reading;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** A mux with an owner that keeps what its streams have to send, as the contract says. */
final class MuxEnd {
  /** Limits that no test comes near. */
  static final MuxLimits WIDE =
      new MuxLimits(new InitialLimits(1 << 20, 100, 100), StreamLimits.of(1 << 20));

  static final int CHUNK = 1000;

  /** Bytes of capsules of control; more than any test but its own needs. */
  static final long CONTROL = 1 << 20;

  final StreamMux mux;
  private final Map<Long, ByteString> outgoing = new HashMap<>();
  private final Map<DatagramSender, ByteString> datagrams = new HashMap<>();

  MuxEnd(MuxSetup setup) {
    mux = new StreamMux(setup);
  }

  static MuxSetup setup(Role role, MuxLimits ours, MuxLimits peers) {
    return new MuxSetup(
        role,
        Http2Dialect.DRAFT_15,
        ours,
        false,
        peers,
        CapsuleDecoder.Limits.DEFAULT,
        CONTROL,
        CHUNK);
  }

  static MuxEnd of(Role role, MuxLimits ours, MuxLimits peers) {
    return new MuxEnd(setup(role, ours, peers));
  }

  long open(StreamKind kind) {
    return open(kind, SendPriority.DEFAULT);
  }

  long open(StreamKind kind, SendPriority priority) {
    return mux.open(kind, priority).orElseThrow();
  }

  void write(long id, ByteString bytes) {
    outgoing.merge(id, bytes, ByteString::concat);
    mux.offered(id, bytes.length());
  }

  /** So many bytes, of the letter that the id has in the alphabet. */
  void write(long id, int bytes) {
    write(id, ByteString.fromString(String.valueOf((char) ('a' + id)).repeat(bytes)));
  }

  void datagram(DatagramSender sender, String text) {
    datagrams.put(sender, ByteString.fromString(text));
    mux.datagram(sender, text.length());
  }

  void drop(long id) {
    outgoing.remove(id);
  }

  /** The bytes of the next capsule; none when nothing may go. */
  ByteString pull(int room) {
    MuxOutput output = mux.next(room);
    if (output == null) {
      return ByteString.emptyByteString();
    }
    if (output instanceof MuxOutput.Control control) {
      return control.bytes();
    }
    if (output instanceof MuxOutput.Datagram datagram) {
      ByteString payload = datagrams.remove(datagram.sender());
      if (payload.length() != datagram.length()) {
        throw new AssertionError("another length");
      }
      return datagram.header().concat(payload);
    }
    MuxOutput.StreamBytes bytes = (MuxOutput.StreamBytes) output;
    if (bytes.length() > Math.min(room, CHUNK)) {
      throw new AssertionError(bytes.length() + " bytes for a room of " + room);
    }
    ByteString waiting = outgoing.getOrDefault(bytes.id(), ByteString.emptyByteString());
    outgoing.put(bytes.id(), waiting.drop(bytes.length()));
    return bytes.header().concat(waiting.take(bytes.length()));
  }

  /** The capsules that go now, read by a decoder of their own. */
  List<CapsulePart> flush() {
    StreamCapsuleDecoder decoder =
        new StreamCapsuleDecoder(CapsuleDecoder.Limits.DEFAULT, Reading.DRAFT_15);
    List<CapsulePart> parts = new ArrayList<>();
    for (ByteString bytes = pull(CHUNK); !bytes.isEmpty(); bytes = pull(CHUNK)) {
      StreamCapsuleDecoder.Result result = decoder.feed(bytes);
      if (result.violation() != null) {
        throw new AssertionError(result.violation());
      }
      parts.addAll(result.parts());
    }
    return parts;
  }

  /** The same in one line, in the words of {@link MuxWords}. */
  String flushed() {
    return MuxWords.of(flush());
  }

  /** The next capsule alone. */
  String next(int room) {
    return MuxWords.of(
        new StreamCapsuleDecoder(CapsuleDecoder.Limits.DEFAULT, Reading.DRAFT_15)
            .feed(pull(room))
            .parts());
  }

  /** What comes of these capsules, in the words of {@link MuxWords}. */
  String receive(String words) {
    return MuxWords.ofEffects(mux.receive(MuxWords.bytes(words)));
  }
}
