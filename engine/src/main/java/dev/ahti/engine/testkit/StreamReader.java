package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;
import org.jspecify.annotations.Nullable;

/** A consumer that grants credit whenever there is nothing to poll. */
final class StreamReader {
  private static final long CREDIT = 64 * 1024;

  private final StreamPort port;
  private final List<ByteString> pieces = new ArrayList<>();
  private long credit;
  private @Nullable Inbound end;

  StreamReader(StreamPort port) {
    this.port = port;
  }

  /** Takes what is there without asking for more; all bytes so far. */
  long bytes() {
    Inbound next;
    while (end == null && (next = port.poll()) != null) {
      if (next instanceof Inbound.Data data) {
        pieces.add(data.bytes());
        credit = Math.max(0, credit - data.bytes().length());
      } else {
        end = next;
      }
    }
    return pieces.stream().mapToLong(ByteString::length).sum();
  }

  /** Takes what is there and asks for more. */
  StreamReader readOn() {
    bytes();
    if (end == null && credit == 0) {
      credit = CREDIT;
      port.request(CREDIT);
    }
    return this;
  }

  @Nullable Inbound end() {
    return end;
  }

  ByteString content() {
    ByteStringBuilder content = new ByteStringBuilder();
    pieces.forEach(content::append);
    return content.result();
  }
}
