package dev.ahti.wtspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as quiche writes them, and such as it must not be taken to have written. */
class RawQlogTest {
  private static final String STREAM =
      "{\"frame_type\":\"stream\",\"stream_id\":4,\"offset\":0,\"raw\":{\"length\":2}}";

  private static String stop(long stream, String code) {
    return "{\"frame_type\":\"stop_sending\",\"stream_id\":"
        + stream
        + ",\"error\":\"unknown\",\"error_code\":"
        + code
        + "}";
  }

  private static String packet(String what, String... frames) {
    return "\u001e{\"time\":37.057,\"name\":\"quic:packet_"
        + what
        + "\",\"data\":{\"header\":{\"packet_type\":\"1RTT\",\"packet_number\":4},"
        + "\"raw\":{\"length\":48,\"payload_length\":27},\"frames\":["
        + String.join(",", frames)
        + "]}}\n";
  }

  @Test
  void everyStopThatCameCountsAndNoneThatWent() {
    String qlog =
        packet("received", STREAM, stop(0, "4611686018427387903"), stop(3, "0"))
            + packet("sent", stop(9, "1"))
            + packet("received", STREAM)
            // Sent anew, as it seemed to be lost.
            + packet("received", stop(12, "256"), stop(3, "0"));
    assertEquals(Map.of(0L, "0x3fffffffffffffff", 3L, "0x0", 12L, "0x100"), RawQlog.stopsIn(qlog));
  }

  @Test
  void membersComeInAnyOrder() {
    String turned = "{\"error_code\":7,\"stream_id\":2,\"frame_type\":\"stop_sending\"}";
    assertEquals(Map.of(2L, "0x7"), RawQlog.stopsIn(packet("received", turned)));
  }

  @Test
  void whatIsNotUnderstoodFails() {
    String other = packet("received", stop(0, "1"), stop(0, "2"));
    assertThrows(AssertionError.class, () -> RawQlog.stopsIn(other));
    String text = packet("received", stop(0, "\"internal\""));
    assertThrows(AssertionError.class, () -> RawQlog.stopsIn(text));
    String nested =
        packet("received", "{\"frame_type\":\"stop_sending\",\"raw\":{},\"stream_id\":0}");
    assertThrows(AssertionError.class, () -> RawQlog.stopsIn(nested));
  }

  @Test
  void oneFileIsExpected(@TempDir Path directory) throws IOException {
    assertThrows(AssertionError.class, () -> RawQlog.stops(directory));
    Files.writeString(directory.resolve("a.qlog"), packet("received", stop(0, "1")));
    Files.writeString(directory.resolve("other.txt"), "");
    assertEquals(Map.of(0L, "0x1"), RawQlog.stops(directory));
    Files.writeString(directory.resolve("b.qlog"), "");
    assertThrows(AssertionError.class, () -> RawQlog.stops(directory));
  }
}
