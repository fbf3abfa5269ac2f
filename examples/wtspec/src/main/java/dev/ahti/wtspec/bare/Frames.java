package dev.ahti.wtspec.bare;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the frames of a packet (RFC 9000 19, RFC 9221 4). */
final class Frames {
  private static final int STREAM = 0x08;

  /** Takes what is of interest; the rest is passed over. */
  interface Sink {
    default void crypto(long offset, byte[] bytes) {}

    default void stream(long id, long offset, byte[] bytes) {}

    default void connectionId(byte[] id, byte[] resetToken) {}

    default void closed(BareClose close) {}
  }

  private Frames() {}

  /** Reads a packet's frames; whether it has to be acknowledged. */
  static boolean read(byte[] frames, Sink sink) {
    ByteBuffer in = ByteBuffer.wrap(frames);
    boolean elicits = false;
    while (in.hasRemaining()) {
      int type = (int) Bytes.number(in);
      elicits |= type != 0x00 && type != 0x02 && type != 0x03 && type != 0x1c && type != 0x1d;
      read(type, in, sink);
    }
    return elicits;
  }

  private static void read(int type, ByteBuffer in, Sink sink) {
    if (type >= STREAM && type < STREAM + 8) {
      long id = Bytes.number(in);
      long offset = (type & 4) != 0 ? Bytes.number(in) : 0;
      int length = (type & 2) != 0 ? (int) Bytes.number(in) : in.remaining();
      sink.stream(id, offset, Bytes.take(in, length));
      return;
    }
    switch (type) {
      case 0x00, 0x01, 0x1e -> {}
      case 0x02, 0x03 -> acknowledgement(type, in);
      case 0x06 -> {
        long offset = Bytes.number(in);
        sink.crypto(offset, Bytes.take(in, (int) Bytes.number(in)));
      }
      case 0x04 -> numbers(in, 3);
      case 0x05, 0x11, 0x15 -> numbers(in, 2);
      case 0x10, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19 -> numbers(in, 1);
      case 0x07, 0x31 -> Bytes.take(in, (int) Bytes.number(in));
      case 0x18 -> {
        numbers(in, 2);
        byte[] id = Bytes.take(in, in.get() & 0xff);
        sink.connectionId(id, Bytes.take(in, 16));
      }
      case 0x1a, 0x1b -> in.getLong();
      case 0x1c, 0x1d -> {
        long code = Bytes.number(in);
        if (type == 0x1c) {
          numbers(in, 1);
        }
        byte[] reason = Bytes.take(in, (int) Bytes.number(in));
        sink.closed(new BareClose(type == 0x1d, code, new String(reason, StandardCharsets.UTF_8)));
      }
      case 0x30 -> Bytes.take(in, in.remaining());
      default -> throw new AssertionError("a frame of type " + type);
    }
  }

  private static void acknowledgement(int type, ByteBuffer in) {
    numbers(in, 2);
    long ranges = Bytes.number(in);
    numbers(in, 1 + 2 * ranges);
    if (type == 0x03) {
      numbers(in, 3);
    }
  }

  private static void numbers(ByteBuffer in, long count) {
    for (long i = 0; i < count; i++) {
      Bytes.number(in);
    }
  }
}
