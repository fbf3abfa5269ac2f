package dev.ahti.wtspec.bare;

import static java.util.Objects.requireNonNull;

import dev.ahti.wtspec.RawHttp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What belongs to one level of protection: keys, packet numbers, and the handshake's bytes. */
final class Epoch {
  private static final int LEAST = 1200;

  private final Packet.Level level;
  final Crypto crypto = new Crypto();
  private @Nullable PacketKeys sending;
  private @Nullable PacketKeys opening;
  private long number;
  private long offset;

  Epoch(Packet.Level level) {
    this.level = level;
  }

  void keys(PacketKeys ours, PacketKeys theirs) {
    sending = ours;
    opening = theirs;
  }

  boolean hasKeys() {
    return sending != null;
  }

  PacketKeys.Opened open(Packet packet) {
    return requireNonNull(opening).open(packet.bytes(), packet.numberAt());
  }

  /** A CRYPTO frame with the next bytes of the handshake. */
  byte[] crypto(byte[] bytes) {
    String head = "06" + RawHttp.number(offset) + RawHttp.number(bytes.length);
    offset += bytes.length;
    return Bytes.join(Bytes.hex(head), bytes);
  }

  /** The next packet, with these frames. */
  byte[] packet(byte[] destination, byte[] source, byte[] frames) {
    // The first flight is padded, and there has to be something to take a sample of.
    int least = level == Packet.Level.INITIAL ? LEAST : PacketKeys.NUMBER_BYTES;
    byte[] padded = Arrays.copyOf(frames, Math.max(frames.length, least));
    Bytes header = new Bytes();
    if (level == Packet.Level.APPLICATION) {
      header.number(0x43, 1).add(destination);
    } else {
      header.number(0xc3 | level.ordinal() << 4, 1).number(1, 4);
      header.vector(1, destination).vector(1, source);
      if (level == Packet.Level.INITIAL) {
        // No token.
        header.number(0, 1);
      }
      int length = PacketKeys.NUMBER_BYTES + padded.length + PacketKeys.TAG_BYTES;
      header.add(Bytes.hex(RawHttp.number(length, 4)));
    }
    header.number(number, PacketKeys.NUMBER_BYTES);
    return requireNonNull(sending).seal(header.get(), number++, padded);
  }
}
