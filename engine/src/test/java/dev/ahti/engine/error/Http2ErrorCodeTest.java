package dev.ahti.engine.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Http2ErrorCodeTest {

  /** RFC 9114 A.4 in the other direction; 0x170d7b68 is WT_SESSION_GONE. */
  @ParameterizedTest
  @CsvSource({
    "0x100, 0x0",
    "0x101, 0x1",
    "0x102, 0x2",
    "0x107, 0xb",
    "0x10b, 0x7",
    "0x10c, 0x8",
    "0x10e, 0x1",
    "0x10f, 0xa",
    "0x110, 0xd",
    "0x170d7b68, 0x1"
  })
  void codesOfHttp3SayTheSameInHttp2(String http3, String http2) {
    assertEquals(Long.decode(http2), Http2ErrorCode.ofHttp3(Long.decode(http3)));
  }

  /** A violation's code passes this map on its way to the wire. */
  @Test
  void leavesTheSessionCodesOfHttp2AsTheyAre() {
    for (long code :
        new long[] {
          WebTransportHttp2ErrorCode.WT_ERROR,
          WebTransportHttp2ErrorCode.WT_STREAM_STATE_ERROR,
          WebTransportHttp2ErrorCode.WT_FLOW_CONTROL_ERROR
        }) {
      assertEquals(code, Http2ErrorCode.ofHttp3(code));
    }
  }
}
