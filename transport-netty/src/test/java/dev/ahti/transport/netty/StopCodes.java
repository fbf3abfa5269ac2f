package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawQlog;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.Map;

/** With which codes a raw peer was told to stop: the last that is asked of it. */
record StopCodes(Map<Long, String> seen) {

  /**
   * Closes a peer and reads the qlog that it wrote.
   *
   * @param directory where it did, with nothing of anybody else
   */
  static StopCodes of(RawPeer raw, Path directory) {
    raw.close();
    return new StopCodes(RawQlog.stops(directory));
  }

  /** Each of these streams was stopped with this code. */
  void are(String code, RawStream... streams) {
    for (RawStream stream : streams) {
      assertEquals(code, seen.get(stream.id()), () -> "stream " + stream.id() + " of " + seen);
    }
  }
}
