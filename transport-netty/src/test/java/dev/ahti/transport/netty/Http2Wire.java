package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A connection over HTTP/2 between our engine, in either role, and a raw peer, and a session on it:
 * what the tests of that binding share. Capsules are written in hexadecimal digits.
 */
final class Http2Wire implements AutoCloseable {
  static final String MALFORMED = "RESET 0x1";
  static final long FIN = 0x190b4d3bL;
  static final long DATA = 0x190b4d3cL;
  static final long RESET = 0x190b4d39L;
  static final long STOP = 0x190b4d3aL;
  static final long MAX_DATA = 0x190b4d3dL;
  static final long MAX_STREAM_DATA = 0x190b4d3eL;
  static final long MAX_STREAMS_BIDI = 0x190b4d3fL;
  static final long MAX_STREAMS_UNI = 0x190b4d40L;
  static final long DATA_BLOCKED = 0x190b4d41L;
  static final long STREAM_DATA_BLOCKED = 0x190b4d42L;
  static final long STREAMS_BLOCKED_BIDI = 0x190b4d43L;
  static final long STREAMS_BLOCKED_UNI = 0x190b4d44L;
  static final long PADDING = 0x190b4d38L;
  static final long CLOSE = 0x2843;
  static final long DRAIN = 0x78ae;

  /** A request for a session. */
  static final RawFields CONNECT =
      RawFields.of(
          ":method", "CONNECT",
          ":protocol", "webtransport",
          ":scheme", "https",
          ":authority", "example.org",
          ":path", "/echo");

  /** What a well-disposed peer lets our side begin with. */
  static final RawTcpOptions GENEROUS =
      RawTcpOptions.DEFAULTS
          .withSetting(0x2b61, 1 << 20)
          .withSetting(0x2b62, 1 << 18)
          .withSetting(0x2b63, 1 << 18)
          .withSetting(0x2b64, 100)
          .withSetting(0x2b65, 100)
          .withSetting(0x2b66, 1 << 18);

  /** The same of a server. */
  static final RawTcpOptions SERVING = GENEROUS.withSetting(0x8, 1).withSetting(0x2b60, 1);

  /** Small limits, so that a few capsules meet them. */
  static final String[] SMALL = {
    "ahti.session.flow.data-window = 1000",
    "ahti.session.flow.stream-window = 400",
    "ahti.session.flow.streams-unidirectional = 4",
    "ahti.session.flow.streams-bidirectional = 4",
  };

  private static final RawFields OK = RawFields.of(":status", "200");

  final RawTcpPeer raw;
  final RawBody wire;
  final SessionHandle session;

  private Http2Wire(RawTcpPeer raw, RawBody wire, SessionHandle session) {
    this.raw = raw;
    this.wire = wire;
    this.session = session;
  }

  /** Listens for HTTP/2 alone; the port. */
  static int listen(EngineNet net) {
    return listen(net, DialectPolicy.all());
  }

  static int listen(EngineNet net, DialectPolicy policy) {
    return net.listen(policy, ServerTls.of(TestCertificate.shared()), Set.of(HttpVersion.HTTP_2))
        .address()
        .getPort();
  }

  /** A session of our engine in this role. */
  static Http2Wire begin(EngineNet net, Role role) {
    return begin(net, role, GENEROUS);
  }

  /** The same with a peer of these options. */
  static Http2Wire begin(EngineNet net, Role role, RawTcpOptions options) {
    return begin(net, role, options, DialectPolicy.all(), RawFields.of());
  }

  /**
   * The same with more to say.
   *
   * @param policy our side's
   * @param more fields of the peer's request or answer
   */
  static Http2Wire begin(
      EngineNet net, Role role, RawTcpOptions options, DialectPolicy policy, RawFields more) {
    if (role == Role.SERVER) {
      RawTcpPeer raw = RawTcpPeer.connect(listen(net, policy), options);
      return closingIfItFails(
          raw,
          () -> {
            // Answered by now, where the peer answers.
            raw.settings();
            return serve(net, raw, with(CONNECT, more));
          });
    }
    return dial(net, policy, offering(options), with(OK, more));
  }

  /**
   * A session of our engine in this role.
   *
   * @param keyingMaterial whether our end is asked to keep what exporting it needs
   */
  static Http2Wire begin(EngineNet net, Role role, boolean keyingMaterial) {
    if (role == Role.SERVER) {
      ServerTls tls =
          new ServerTls(
              ServerCredentials.of(TestCertificate.shared()),
              ClientAuthentication.NONE,
              keyingMaterial);
      int port =
          net.listen(DialectPolicy.all(), tls, Set.of(HttpVersion.HTTP_2)).address().getPort();
      return serve(net, port, GENEROUS);
    }
    RawTcpPeer raw = RawTcpPeer.listen(SERVING.withSettingsBehindTheirs());
    return closingIfItFails(
        raw,
        () -> {
          DialRequest request = request(raw.port(), keyingMaterial);
          return answer(net.ahti.connect(request), raw, OK);
        });
  }

  /** With the settings of a server that has sessions. */
  static RawTcpOptions offering(RawTcpOptions options) {
    return options.withSetting(0x8, 1).withSetting(0x2b60, 1);
  }

  private static RawFields with(RawFields fields, RawFields more) {
    RawFields all = fields;
    for (RawFields.Field field : more.fields()) {
      all = all.with(field.name(), field.value());
    }
    return all;
  }

  private static Http2Wire closingIfItFails(RawTcpPeer raw, Supplier<Http2Wire> begun) {
    try {
      return begun.get();
    } catch (AssertionError e) {
      raw.close();
      throw e;
    }
  }

  /** A session that a raw client opened. */
  static Http2Wire serve(EngineNet net, int port, RawTcpOptions options) {
    RawTcpPeer raw = RawTcpPeer.connect(port, options);
    return closingIfItFails(raw, () -> serve(net, raw));
  }

  /** One more session that a raw client opens. */
  static Http2Wire serve(EngineNet net, RawTcpPeer raw) {
    return serve(net, raw, CONNECT);
  }

  private static Http2Wire serve(EngineNet net, RawTcpPeer raw, RawFields request) {
    RawBody wire = raw.request(request);
    assertEquals("200", wire.headers().get(":status").orElseThrow());
    return new Http2Wire(raw, wire, net.session());
  }

  /** A session that a raw server accepts with this answer. */
  static Http2Wire dial(
      EngineNet net, DialectPolicy policy, RawTcpOptions options, RawFields answer) {
    RawTcpPeer raw = RawTcpPeer.listen(options.withSettingsBehindTheirs());
    return closingIfItFails(
        raw, () -> answer(net.ahti.connect(request(raw.port(), policy)), raw, answer));
  }

  /** The session that a client of ours asked for, accepted by a raw server. */
  static Http2Wire answer(
      CompletableFuture<SessionHandle> asked, RawTcpPeer raw, RawFields answer) {
    RawBody wire = raw.accept();
    wire.headers();
    wire.write(answer);
    return new Http2Wire(raw, wire, TestNet.get(asked));
  }

  /** One more session on the same connection. */
  Http2Wire another(EngineNet net) {
    return session.server()
        ? serve(net, raw)
        : answer(net.ahti.connect(request(raw.port(), session.exportsKeyingMaterial())), raw, OK);
  }

  private static DialRequest request(int port, boolean keyingMaterial) {
    return request(port, DialectPolicy.all())
        .withTls(
            new ClientTls(ServerTrust.Insecure.INSTANCE, Optional.empty(), keyingMaterial),
            Optional.empty());
  }

  /** A client's request over HTTP/2 alone, in a pool, so that connections outlive sessions. */
  static DialRequest request(int port, DialectPolicy policy) {
    return alone(port, policy).withPool("");
  }

  /** A client's request over HTTP/2 alone, on a connection of its own. */
  static DialRequest alone(int port, DialectPolicy policy) {
    return new DialRequest(
            "127.0.0.1",
            port,
            "example.org",
            "/echo",
            Optional.empty(),
            Fields.empty(),
            ServerTrust.Insecure.INSTANCE,
            policy,
            Duration.ofSeconds(10))
        .withVersions(Set.of(HttpVersion.HTTP_2));
  }

  /** A capsule: its type and what its payload is made of, each in hexadecimal digits. */
  static String capsule(long type, String... payload) {
    return RawHttp.frame(type, String.join("", payload));
  }

  /** A number of 62 bits. */
  static String n(long value) {
    return RawHttp.number(value);
  }

  /** Letters. */
  static String s(String text) {
    return RawHttp.hex(text);
  }

  /** The id of a stream that the peer opens, counted from 0. */
  long theirs(StreamKind kind, int number) {
    return id(!session.server(), kind, number);
  }

  /** The id of a stream that our side opens, counted from 0. */
  long ours(StreamKind kind, int number) {
    return id(session.server(), kind, number);
  }

  private static long id(boolean server, StreamKind kind, int number) {
    return 4L * number + (server ? 1 : 0) + (kind == StreamKind.UNIDIRECTIONAL ? 2 : 0);
  }

  /** Our side opens a stream. */
  PortProbe open(StreamKind kind) {
    return new PortProbe(TestNet.get(session.openStream(kind)).port());
  }

  /** The next stream that the peer opened. */
  PortProbe incoming(StreamKind kind) {
    return new PortProbe(
        EngineNet.take(
                kind == StreamKind.BIDIRECTIONAL
                    ? session.incomingBidirectional()
                    : session.incomingUnidirectional())
            .port());
  }

  /** Capsules of our side up to one of this type, which is the last. */
  List<RawCapsule> upTo(long type) {
    List<RawCapsule> all = new ArrayList<>();
    RawCapsule next;
    do {
      next = wire.capsule();
      all.add(next);
    } while (next.type() != type);
    return all;
  }

  /** Capsules of our side up to now. Control goes ahead of a stream of ours, which is the mark. */
  List<RawCapsule> soFar() {
    PortProbe mark = open(StreamKind.UNIDIRECTIONAL);
    mark.port().finish();
    String id = n(mark.port().id());
    List<RawCapsule> all = new ArrayList<>();
    while (true) {
      RawCapsule next = wire.capsule();
      if (!next.payload().equals(id)) {
        all.add(next);
      } else if (next.type() == FIN) {
        return all;
      }
    }
  }

  /** Capsules of our side up to the end of its half, which has to be a clean one. */
  List<RawCapsule> rest() {
    List<RawCapsule> all = new ArrayList<>();
    try {
      while (true) {
        all.add(wire.capsule());
      }
    } catch (AssertionError end) {
      assertEquals("FIN after ", end.getMessage());
      return all;
    }
  }

  /** The bytes of a stream in capsules, and the mark "!" where one ends it. */
  static String bytesOf(long stream, List<RawCapsule> capsules) {
    StringBuilder all = new StringBuilder();
    for (RawCapsule capsule : capsules) {
      boolean fin = capsule.type() == FIN;
      if ((fin || capsule.type() == DATA) && capsule.payload().startsWith(n(stream))) {
        all.append(capsule.payload().substring(n(stream).length())).append(fin ? "!" : "");
      }
    }
    return all.toString();
  }

  /** Those that say something of a stream. */
  static List<RawCapsule> about(long stream, List<RawCapsule> capsules) {
    Set<Long> ofStreams = Set.of(FIN, DATA, RESET, STOP, MAX_STREAM_DATA, STREAM_DATA_BLOCKED);
    return capsules.stream()
        .filter(one -> ofStreams.contains(one.type()) && one.payload().startsWith(n(stream)))
        .toList();
  }

  /** One stream there and back that the peer opens: the session works. */
  void echoes(long stream) {
    wire.write(capsule(FIN, n(stream), s("hello")));
    PortProbe ours = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    ours.write(ours.all());
    ours.port().finish();
    StringBuilder back = new StringBuilder();
    String end = n(stream);
    while (true) {
      var next = wire.capsule();
      if ((next.type() == FIN || next.type() == DATA) && next.payload().startsWith(end)) {
        back.append(next.payload().substring(end.length()));
        if (next.type() == FIN) {
          assertEquals(s("hello"), back.toString());
          return;
        }
      }
    }
  }

  @Override
  public void close() {
    Closing.all(() -> session.close(0, ""), raw);
  }
}
