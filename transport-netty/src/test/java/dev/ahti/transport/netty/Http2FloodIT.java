package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTls;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers over HTTP/2 that ask for work at no price: bounded, told so, and counted. */
class Http2FloodIT {
  private static final int RESETS = 5;
  private static final int DATA_FRAME = 0x0;
  private static final int HEADERS = 0x1;
  private static final int RST_STREAM = 0x3;
  private static final int SETTINGS = 0x4;
  private static final int GOAWAY = 0x7;
  private static final int ENHANCE_YOUR_CALM = 0xb;

  /** GET https://a/ in the static table of HPACK (RFC 7541, appendix A). */
  private static final String GET = "828784" + "410161";

  private final EngineNet net = new EngineNet("ahti.netty.http2.resets = " + RESETS);
  private final int port =
      net.listen(
              DialectPolicy.all(),
              ServerTls.of(TestCertificate.shared()),
              Set.of(HttpVersion.HTTP_2))
          .address()
          .getPort();

  @AfterEach
  void leavesNothing() {
    net.close();
  }

  private SSLSocket connect() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    socket
        .getOutputStream()
        .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    send(socket.getOutputStream(), SETTINGS, 0, 0, "");
    return socket;
  }

  private static void send(OutputStream out, int type, int flags, int stream, String payload)
      throws IOException {
    byte[] bytes = HexFormat.of().parseHex(payload);
    out.write(
        ByteBuffer.allocate(9 + bytes.length)
            .put((byte) 0)
            .putShort((short) bytes.length)
            .put((byte) type)
            .put((byte) flags)
            .putInt(stream)
            .put(bytes)
            .array());
  }

  /** Requests that are taken back at once. */
  private static void openAndReset(OutputStream out, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int stream = 1 + 2 * i;
      send(out, HEADERS, 0x4, stream, GET);
      send(out, RST_STREAM, 0, stream, "00000008");
    }
  }

  /** The code of the GOAWAY that ends the connection. */
  private static int goAway(SSLSocket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    for (; ; ) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.skipNBytes(5);
      byte[] payload = in.readNBytes(length);
      if (type == GOAWAY) {
        return ByteBuffer.wrap(payload).getInt(4);
      }
    }
  }

  @Test
  void oneResetMoreThanAllowedEndsTheConnection() throws Exception {
    try (SSLSocket socket = connect()) {
      openAndReset(socket.getOutputStream(), RESETS + 1);
      assertEquals(ENHANCE_YOUR_CALM, goAway(socket));
    }
    net.awaitNoConnection();
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
  }

  @Test
  void asManyAsAllowedDoNot() throws Exception {
    try (SSLSocket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      openAndReset(out, RESETS);
      // DATA on the stream of the connection: an error of another kind, and the end of the test.
      send(out, DATA_FRAME, 0, 0, "00");
      assertEquals(0x1, goAway(socket));
    }
    net.awaitNoConnection();
    net.awaitGauge(Gauges.HTTP2_FLOODS, 0);
  }
}
