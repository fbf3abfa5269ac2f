package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests that ask for no session: somebody has opened the server's address in a browser. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "its peer writes raw HTTP/3; Http2ServerWireIT has the same over HTTP/2")
class PlainRequestsIT {

  @Test
  void aPageSaysWhatThisIsHeadGetsItsFieldsAndNothingElseIsAllowed() throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", session -> {}));
        RawPeer raw = RawPeer.connect(net.binding.localAddress().getPort())) {
      raw.accept();
      raw.unidirectional(Era.D16.clientControl());

      RawStream get = request(raw, "GET");
      RawFields page = get.headers();
      assertEquals("200", page.get(":status").orElseThrow());
      byte[] body = HexFormat.of().parseHex(get.frame(0x00));
      assertTrue(new String(body, StandardCharsets.UTF_8).contains("WebTransport"));
      assertEquals("FIN", get.end());

      RawStream head = request(raw, "HEAD");
      assertEquals(page, head.headers());
      assertEquals(Integer.toString(body.length), page.get("content-length").orElseThrow());
      assertEquals("FIN", head.end());

      RawStream post = request(raw, "POST");
      RawFields refused = post.headers();
      assertEquals("405", refused.get(":status").orElseThrow());
      assertEquals("GET, HEAD", refused.get("allow").orElseThrow());
      assertEquals("FIN", post.end());
    }
  }

  private static RawStream request(RawPeer raw, String method) {
    return raw.bidirectional("")
        .finish(
            RawHttp.headers(
                RawFields.of(
                    ":method",
                    method,
                    ":scheme",
                    "https",
                    ":authority",
                    "127.0.0.1",
                    ":path",
                    "/")));
  }
}
