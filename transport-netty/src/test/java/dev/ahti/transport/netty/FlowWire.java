package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;

/**
 * One of our sides in a session with a peer that writes raw bytes, and what flow control needs of
 * both. The session's id is 0. Unless a test says otherwise, we let the peer begin with 1000 bytes
 * and 4 streams of each kind.
 */
abstract class FlowWire {
  static final String FLOW_ERROR = "RESET 0x45d4487";
  static final String GONE = "RESET 0x170d7b68";
  static final String MALFORMED = "RESET 0x10e";

  static final long MAX_DATA = 0x190b4d3dL;
  static final long MAX_STREAM_DATA = 0x190b4d3eL;
  static final long MAX_STREAMS_BIDI = 0x190b4d3fL;
  static final long MAX_STREAMS_UNI = 0x190b4d40L;
  static final long DATA_BLOCKED = 0x190b4d41L;
  static final long STREAM_DATA_BLOCKED = 0x190b4d42L;
  static final long STREAMS_BLOCKED_BIDI = 0x190b4d43L;
  static final long STREAMS_BLOCKED_UNI = 0x190b4d44L;

  static final String[] SMALL = {
    "ahti.session.flow.data-window = 1000",
    "ahti.session.flow.streams-unidirectional = 4",
    "ahti.session.flow.streams-bidirectional = 4"
  };

  EngineNet net;
  RawPeer raw;
  RawStream connect;
  SessionHandle session;
  RawOptions options = RawOptions.DEFAULTS;

  /** How many sessions the peer announces, in drafts that count them. */
  int sessions = 1;

  /** What came on the CONNECT stream in DATA frames and is no whole capsule yet. */
  private String capsules = "";

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  /** Opens the session. The peer sends SETTINGS of this draft, and these behind them. */
  abstract void open(Draft draft, String settings);

  /** A client that writes raw bytes connects to our server, and sends these settings. */
  void connectRaw(Draft draft, String settings) {
    raw = RawPeer.connect(net.listen(DialectPolicy.all()).address().getPort(), options);
    raw.accept();
    raw.unidirectional(control(RawClient.era(draft).settings(sessions) + settings));
  }

  /** Opens the session at our server. */
  void openAtServer(Draft draft, String settings) {
    connectRaw(draft, settings);
    connect = raw.bidirectional(request(draft, "/echo"));
    assertEquals("200", RawClient.headers(connect).get(":status").orElseThrow());
    session = net.session();
  }

  static String request(Draft draft, String path) {
    return RawClient.headers(RawClient.connect(draft, path));
  }

  /** Opens the session from our client. */
  void openFromClient(Draft draft, String settings) {
    raw = RawPeer.listen(options);
    CompletableFuture<SessionHandle> opening =
        net.ahti.connect(
            new DialRequest(
                    "127.0.0.1",
                    raw.port(),
                    "example.org:4433",
                    "/echo",
                    Optional.of(EngineNet.ORIGIN),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    DialectPolicy.all(),
                    Duration.ofSeconds(10))
                // So that the connection outlives its session.
                .withPool(""));
    raw.accept();
    raw.unidirectional(control("0801" + RawClient.era(draft).settings(sessions) + settings));
    connect = raw.accept();
    RawClient.headers(connect);
    // ":status: 200" is entry 25 of the static table (RFC 9204 A).
    connect.write("01030000d9");
    session = TestNet.get(opening);
  }

  /** Opens a D16 session in which both sides limit. */
  void open(long data, long unidirectional, long bidirectional) {
    net = new EngineNet(SMALL);
    open(Draft.D16, limits(data, unidirectional, bidirectional));
  }

  /** The same in another draft. */
  void open(Draft draft, long data, long unidirectional, long bidirectional) {
    net = new EngineNet(SMALL);
    open(draft, limits(data, unidirectional, bidirectional));
  }

  /** The three settings of initial limits. */
  static String limits(long data, long unidirectional, long bidirectional) {
    return "6b61"
        + RawHttp.number(data)
        + "6b64"
        + RawHttp.number(unidirectional)
        + "6b65"
        + RawHttp.number(bidirectional);
  }

  /** A control stream with these settings. */
  static String control(String settings) {
    return "00" + RawHttp.frame(0x04, settings);
  }

  /** Sends a capsule with a number. */
  void send(long type, long value) {
    connect.write(RawHttp.capsule(type, RawHttp.number(value)));
  }

  /** The next capsule from our side. */
  String capsule() {
    for (; ; ) {
      String whole = whole();
      if (whole != null) {
        return whole;
      }
      capsules += connect.frame(0x00);
    }
  }

  /** Whatever comes next on the CONNECT stream is this capsule. */
  void expect(long type, long value) {
    assertEquals(RawHttp.frame(type, RawHttp.number(value)), capsule());
  }

  /** Waits for a capsule of this type and gives its number; all types here take four bytes. */
  long value(long type) {
    for (; ; ) {
      String next = capsule();
      if (next.startsWith(RawHttp.number(type))) {
        return decode(next.substring(10));
      }
    }
  }

  private String whole() {
    // Type in four bytes, length in one, for all that our side sends here.
    if (capsules.length() < 10) {
      return null;
    }
    int length = 10 + 2 * Integer.parseInt(capsules.substring(8, 10), 16);
    if (capsules.length() < length) {
      return null;
    }
    String whole = capsules.substring(0, length);
    capsules = capsules.substring(length);
    return whole;
  }

  static long decode(String number) {
    int bytes = number.length() / 2;
    return Long.parseLong(number, 16) & ((1L << 8 * bytes - 2) - 1);
  }

  /** So many bytes in hexadecimal digits. */
  static String bytes(int count) {
    return "ab".repeat(count);
  }

  /** So many bytes. */
  static ByteString body(int count) {
    return ByteString.fromArray(new byte[count]);
  }

  RawStream rawStream(StreamKind kind, String body) {
    return kind == StreamKind.BIDIRECTIONAL
        ? raw.bidirectional("404100" + body)
        : raw.unidirectional("405400" + body);
  }

  IncomingStreams incoming(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL
        ? session.incomingBidirectional()
        : session.incomingUnidirectional();
  }

  /** The next stream that the peer opened, ready to be read. */
  PortProbe taken(StreamKind kind) {
    return new PortProbe(EngineNet.take(incoming(kind)).port());
  }

  CompletableFuture<StreamHandle> opening(StreamKind kind) {
    return session.openStream(kind).toCompletableFuture();
  }

  /** Opens a stream on our side; the peer's end of it. */
  RawStream opened(StreamKind kind, ByteString body, boolean end) {
    StreamHandle stream = TestNet.get(session.openStream(kind));
    if (!body.isEmpty()) {
      stream.port().offer(body);
    }
    if (end) {
      stream.port().finish();
    }
    RawStream far = raw.accept();
    assertEquals(kind == StreamKind.BIDIRECTIONAL ? "404100" : "405400", far.bytes(3));
    return far;
  }

  /** Our side answers on a new stream of the peer: the session is alive. */
  void alive() {
    RawStream stream = rawStream(StreamKind.BIDIRECTIONAL, "");
    stream.finish(RawHttp.hex("hello"));
    PortProbe here = taken(StreamKind.BIDIRECTIONAL);
    ByteString all = here.all();
    here.port().offer(all);
    here.port().finish();
    assertEquals(RawHttp.hex("hello"), stream.bytes(5));
    assertEquals("FIN", stream.end());
  }
}
