package dev.ahti.wtspec.bare;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A packet as it is on the wire, before it is opened (RFC 9000 17).
 *
 * @param level what protects it
 * @param bytes from its first to its last
 * @param numberAt where its number begins
 */
record Packet(Level level, byte[] destination, byte[] source, byte[] bytes, int numberAt) {

  /** What protects a packet; the order is the one of long headers' types. */
  enum Level {
    INITIAL,
    EARLY,
    HANDSHAKE,
    APPLICATION
  }

  private static final int LONG_HEADER = 0x80;
  private static final int FIXED_BIT = 0x40;
  private static final int RETRY = 3;

  /**
   * The packets of a UDP payload; padding behind them is left out.
   *
   * @param idLength bytes of the connection ids that short headers are sent to
   */
  static List<Packet> of(byte[] payload, int idLength) {
    List<Packet> packets = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(payload);
    while (in.hasRemaining() && (in.get(in.position()) & FIXED_BIT) != 0) {
      packets.add(next(in, idLength));
    }
    return packets;
  }

  private static Packet next(ByteBuffer in, int idLength) {
    int from = in.position();
    int first = in.get() & 0xff;
    if ((first & LONG_HEADER) == 0) {
      byte[] destination = Bytes.take(in, idLength);
      return cut(in, Level.APPLICATION, destination, new byte[0], from, in.limit());
    }
    int type = first >> 4 & 3;
    if (type == RETRY) {
      throw new AssertionError("a Retry, which is not answered here");
    }
    in.getInt();
    byte[] destination = Bytes.take(in, in.get() & 0xff);
    byte[] source = Bytes.take(in, in.get() & 0xff);
    if (type == Level.INITIAL.ordinal()) {
      Bytes.take(in, (int) Bytes.number(in));
    }
    int length = (int) Bytes.number(in);
    return cut(in, Level.values()[type], destination, source, from, in.position() + length);
  }

  private static Packet cut(
      ByteBuffer in, Level level, byte[] destination, byte[] source, int from, int end) {
    int numberAt = in.position() - from;
    in.position(from);
    return new Packet(level, destination, source, Bytes.take(in, end - from), numberAt);
  }
}
