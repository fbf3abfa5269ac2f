package dev.ahti.webtransport;

import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A client that writes requests by hand, over the binding whose turn it is. */
final class RawRequests implements AutoCloseable {
  private final RawPeer quic;
  private final RawTcpPeer tcp;

  private RawRequests(RawPeer quic, RawTcpPeer tcp) {
    this.quic = quic;
    this.tcp = tcp;
  }

  static RawRequests to(Loopback loopback) {
    return to(loopback, RawTcpOptions.DEFAULTS);
  }

  /** With these options, where it is HTTP/2. */
  static RawRequests to(Loopback loopback, RawTcpOptions options) {
    return to(loopback, options, RawOptions.DEFAULTS);
  }

  /** From another address of this machine. */
  static RawRequests from(String address, Loopback loopback) {
    return to(
        loopback, RawTcpOptions.DEFAULTS.withFrom(address), RawOptions.DEFAULTS.withFrom(address));
  }

  private static RawRequests to(Loopback loopback, RawTcpOptions options, RawOptions quicOptions) {
    int port = loopback.binding.localAddress().getPort();
    if (Bindings.current() == WebTransportHttpVersion.HTTP_2) {
      RawTcpPeer tcp = RawTcpPeer.connect(port, options);
      tcp.settings();
      return new RawRequests(null, tcp);
    }
    RawPeer quic = RawPeer.connect(port, quicOptions);
    quic.accept();
    quic.unidirectional(Era.D16.clientControl());
    return new RawRequests(quic, null);
  }

  /** The fields of a request for a session. */
  static RawFields session(String path) {
    String token =
        Bindings.current() == WebTransportHttpVersion.HTTP_3 ? Era.D16.token() : "webtransport";
    return RawFields.of(
        ":method", "CONNECT",
        ":protocol", token,
        ":scheme", "https",
        ":authority", "localhost:4433",
        ":path", path);
  }

  /** The fields of any other request. */
  static RawFields plain(String method, String path) {
    return RawFields.of(
        ":method", method, ":scheme", "https", ":authority", "localhost:4433", ":path", path);
  }

  /** Sends a header section, behind which more may come. */
  Exchange open(RawFields fields) {
    return quic != null
        ? new Exchange(quic.bidirectional(RawHttp.headers(fields)), null)
        : new Exchange(null, tcp.request(fields));
  }

  /** Sends a whole request without a body. */
  Exchange send(RawFields fields) {
    return quic != null
        ? new Exchange(quic.bidirectional("").finish(RawHttp.headers(fields)), null)
        : new Exchange(null, tcp.open().finish(fields));
  }

  /** Sends a whole request with a body. */
  Exchange send(RawFields fields, byte[] body) {
    Exchange exchange = open(fields);
    exchange.finish(body);
    return exchange;
  }

  /** The answer to a whole request without a body. */
  Answer ask(RawFields fields) {
    return send(fields).answer();
  }

  /** An answer: its status, fields and body, and how it ended. */
  record Answer(RawFields fields, byte[] body, String end) {
    int status() {
      return Integer.parseInt(fields.get(":status").orElseThrow());
    }

    String field(String name) {
      return fields.get(name).orElse("");
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** One request. */
  record Exchange(RawStream stream, RawBody body) {

    /** How the answer ends, after whatever bytes. */
    String end() {
      return stream != null ? stream.end() : body.end();
    }

    /** Sends bytes of the body. */
    void write(byte[] bytes) {
      String hex = HexFormat.of().formatHex(bytes);
      if (stream != null) {
        stream.write(RawHttp.frame(0x00, hex));
      } else {
        body.write(hex);
      }
    }

    /** Sends bytes of the body and its end. */
    void finish(byte[] bytes) {
      String hex = HexFormat.of().formatHex(bytes);
      if (stream != null) {
        stream.finish(RawHttp.frame(0x00, hex));
      } else {
        body.finish(hex);
      }
    }

    /** The client gives up (RFC 9114 4.1.1, RFC 9113 8.1). */
    void cancel() {
      if (stream != null) {
        stream.shutdown(true, true, 0x10c);
      } else {
        body.reset(0x8);
      }
    }

    /** The next header section. */
    RawFields headers() {
      return stream != null ? stream.headers() : body.headers();
    }

    /** The next bytes of the body. */
    byte[] bytes(int count) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      while (all.size() < count) {
        String hex = stream != null ? stream.frame(0x00) : body.bytes(Math.min(count, 1 << 14));
        all.writeBytes(HexFormat.of().parseHex(hex));
      }
      return all.toByteArray();
    }

    /** The whole answer to a request other than HEAD; its body is as long as it says. */
    Answer answer() {
      RawFields fields = headers();
      int length = fields.get("content-length").map(Integer::parseInt).orElse(0);
      String status = fields.get(":status").orElseThrow();
      byte[] bytes = new byte[0];
      if (!status.equals("304")) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < length) {
          all.writeBytes(bytes(Math.min(length - all.size(), 1 << 14)));
        }
        bytes = all.toByteArray();
      }
      return new Answer(fields, bytes, end());
    }

    /** The same to a HEAD, which has no body. */
    Answer head() {
      return new Answer(headers(), new byte[0], end());
    }
  }

  @Override
  public void close() {
    if (quic != null) {
      quic.close();
    } else {
      tcp.close();
    }
  }
}
