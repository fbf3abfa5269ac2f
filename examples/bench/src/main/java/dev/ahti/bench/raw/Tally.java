package dev.ahti.bench.raw;

import dev.ahti.bench.Receipt;
import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/** Count and checksum of what came so far. */
final class Tally {
  private final CRC32C checksum = new CRC32C();
  private long bytes;

  void add(ByteBuf content) {
    bytes += content.readableBytes();
    checksum.update(content.nioBuffer());
  }

  Receipt receipt() {
    return new Receipt(bytes, checksum.getValue());
  }
}
