package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Sessions between the engine in one of its roles and a peer that writes raw bytes. As a client the
 * engine pools, so that its connection outlives a session and can be asked whether it still works.
 */
final class WireSession implements AutoCloseable {
  /** ":status: 200", entry 25 of the static table (RFC 9204 A). */
  static final String ANSWER = "01030000d9";

  private static final int SEVERAL = 4;

  /** WT_CLOSE_SESSION with code 0 and no reason, a capsule. */
  static final String CLOSE = "68430400000000";

  /** What the engine is. */
  enum Role {
    CLIENT,
    SERVER
  }

  final EngineNet net;
  RawPeer raw;

  /** The engine's control stream. */
  RawStream control;

  /** The CONNECT stream of the newest session. */
  RawStream connect;

  /** The peer's control stream, after its SETTINGS. */
  RawStream rawControl;

  /** Where the engine listens, as a server. */
  ListenerHandle listener;

  private final Role role;
  private final Draft draft;
  private CompletableFuture<SessionHandle> dialled;

  /** Connected, and the peer has said nothing yet. */
  WireSession(Role role, Draft draft, RawOptions options, String... settings) {
    this.role = role;
    this.draft = draft;
    net = new EngineNet(settings);
    try {
      connect(options);
    } catch (AssertionError failure) {
      // Nobody has anything to close yet.
      Closing.all(
          () -> {
            throw failure;
          },
          this);
    }
  }

  private void connect(RawOptions options) {
    if (role == Role.SERVER) {
      listener = net.listen(DialectPolicy.only(draft));
      raw = RawPeer.connect(listener.address().getPort(), options);
      connect = raw.bidirectional("");
    } else {
      raw = RawPeer.listen(options);
      dialled = dial();
    }
    control = raw.accept();
  }

  /** Connected, with the peer's SETTINGS sent. */
  static WireSession start(Role role, Draft draft, String... settings) {
    WireSession wire = new WireSession(role, draft, RawOptions.DEFAULTS, settings);
    wire.settings();
    return wire;
  }

  /** Both roles of the engine, with every draft. */
  static Stream<Arguments> rolesAndDrafts() {
    return Stream.of(Role.values())
        .flatMap(role -> Stream.of(Draft.values()).map(draft -> Arguments.of(role, draft)));
  }

  /** The peer's SETTINGS. */
  void settings() {
    settings("");
  }

  /** The peer's SETTINGS with these pairs behind what its draft demands. */
  void settings(String more) {
    control(RawClient.era(draft).settings() + more);
  }

  /** The peer's SETTINGS, which allow several sessions a connection in every draft. */
  void settingsForSeveral() {
    settingsForSeveral(FlowWire.limits(1 << 16, 100, 100));
  }

  /** The same with these limits of a session. */
  void settingsForSeveral(String limits) {
    // From draft 14 on there is more than one only where both sides limit what each may send.
    control(RawClient.era(draft).settings(SEVERAL) + limits);
  }

  private void control(String pairs) {
    String extended = role == Role.SERVER ? "" : "0801";
    rawControl = raw.unidirectional("00" + RawHttp.frame(0x04, extended + pairs));
  }

  /** The engine asks for a session, as a client. */
  CompletableFuture<SessionHandle> dial() {
    return net.ahti.connect(
        new DialRequest(
                "127.0.0.1",
                raw.port(),
                "example.org",
                "/echo",
                Optional.empty(),
                Fields.empty(),
                ServerTrust.Insecure.INSTANCE,
                DialectPolicy.only(draft),
                Duration.ofSeconds(10))
            .withPool(""));
  }

  /** The first session; {@link #connect} is its CONNECT stream. */
  SessionHandle open() {
    return role == Role.SERVER ? request() : answered(dialled);
  }

  /** One more session on the same connection. */
  SessionHandle openAnother() {
    if (role == Role.SERVER) {
      connect = bidirectional("");
      return request();
    }
    return answered(dial());
  }

  /** The peer opens a stream once QUIC lets it, which it hears in packets of their own. */
  private RawStream bidirectional(String hex) {
    PortProbe.await(() -> raw.connection().peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0);
    return raw.bidirectional(hex);
  }

  /** The peer asks for a session, and gets it. */
  private SessionHandle request() {
    connect.write(RawHttp.headers(RawClient.era(draft).connect("/echo")));
    assertEquals("200", connect.headers().get(":status").orElseThrow());
    return net.session();
  }

  /** The engine's request comes, and is answered. */
  private SessionHandle answered(CompletableFuture<SessionHandle> asked) {
    connect = raw.accept();
    connect.headers();
    connect.write(ANSWER);
    return TestNet.get(asked);
  }

  /** The first request of the engine's client. */
  CompletableFuture<SessionHandle> dialled() {
    return dialled;
  }

  /** The first bytes of a bidirectional stream of a session. */
  static String both(SessionHandle session) {
    return "4041" + RawHttp.number(session.id());
  }

  /** The first bytes of a unidirectional stream of a session. */
  static String oneWay(SessionHandle session) {
    return "4054" + RawHttp.number(session.id());
  }

  /** One stream there and back, opened by the peer. */
  void echoes(SessionHandle session) {
    RawStream stream = bidirectional(both(session));
    stream.finish(RawHttp.hex("hello"));
    PortProbe port = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    port.write(port.all());
    port.port().finish();
    assertEquals(RawHttp.hex("hello"), stream.bytes(5));
    assertEquals("FIN", stream.end());
  }

  /**
   * The connection still serves: one more session is opened on it, works, and is closed. A client
   * that may have one session at a time may take another connection for it; there a stream of a
   * reserved type has to do, which the engine stops.
   */
  void lives() {
    if (role == Role.CLIENT && draft != Draft.D02) {
      raw.unidirectional("21").awaitStopped();
      assertTrue(raw.connection().isActive());
      return;
    }
    SessionHandle session = openAnother();
    echoes(session);
    session.close(0, "");
    assertEquals(CLOSE, connect.frame(0x00));
    assertEquals("FIN", connect.end());
    connect.finish("");
    assertTrue(raw.connection().isActive());
  }

  @Override
  public void close() {
    Closing.all(raw, net);
  }
}
