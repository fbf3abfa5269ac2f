package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * A connection between our engine, in either role, and a peer that writes raw bytes; then a session
 * on it.
 */
final class RawSession implements AutoCloseable {
  final Role role;
  final Draft draft;
  final RawPeer raw;

  /** Our control stream, as the peer sees it. */
  final RawStream control;

  private final EngineNet net;
  private final CompletableFuture<SessionHandle> opening;
  private RawStream connect;

  private RawSession(
      EngineNet net,
      Role role,
      Draft draft,
      DialectPolicy policy,
      int serverPort,
      RawOptions options,
      UnaryOperator<DialRequest> dial) {
    this.net = net;
    this.role = role;
    this.draft = draft;
    if (role == Role.SERVER) {
      raw = RawPeer.connect(serverPort, options);
      opening = new CompletableFuture<>();
    } else {
      raw = RawPeer.listen(options);
      DialRequest request =
          new DialRequest(
              "127.0.0.1",
              raw.port(),
              "127.0.0.1",
              "/echo",
              Optional.empty(),
              Fields.empty(),
              ServerTrust.Insecure.INSTANCE,
              policy,
              Duration.ofSeconds(10));
      opening = net.ahti.connect(dial.apply(request));
    }
    try {
      control = raw.accept();
    } catch (AssertionError failure) {
      // Nobody has anything to close yet.
      raw.close();
      throw failure;
    }
  }

  /**
   * Connects; the peer has sent nothing yet. Our client speaks this draft alone.
   *
   * @param role which end is ours
   * @param serverPort where our server listens
   */
  static RawSession begin(EngineNet net, Role role, Draft draft, int serverPort) {
    return begin(net, role, draft, serverPort, RawOptions.DEFAULTS, UnaryOperator.identity());
  }

  /**
   * The same with more to say of either side.
   *
   * @param options the peer's
   * @param dial what our client asks for, made of what it asks for otherwise
   */
  static RawSession begin(
      EngineNet net,
      Role role,
      Draft draft,
      int serverPort,
      RawOptions options,
      UnaryOperator<DialRequest> dial) {
    return new RawSession(net, role, draft, DialectPolicy.only(draft), serverPort, options, dial);
  }

  /** With a policy for our client, on a connection of it that outlives its session. */
  static RawSession beginPooled(
      EngineNet net,
      Role role,
      Draft draft,
      DialectPolicy policy,
      int serverPort,
      RawOptions options) {
    return new RawSession(net, role, draft, policy, serverPort, options, dial -> dial.withPool(""));
  }

  /** With a client that speaks every draft; what the peer announces decides. */
  static RawSession begin(EngineNet net, Role role, int serverPort) {
    return new RawSession(
        net,
        role,
        Draft.D16,
        DialectPolicy.all(),
        serverPort,
        RawOptions.DEFAULTS,
        UnaryOperator.identity());
  }

  /** The peer's control stream with the settings of the draft. */
  RawSession settings() {
    return settings("");
  }

  /** The same with these settings behind them. */
  RawSession settings(String more) {
    String connect = role == Role.SERVER ? "" : "0801";
    return onlySettings(connect + RawClient.era(draft).settings() + more);
  }

  /** The peer's control stream with these settings alone. */
  RawSession onlySettings(String pairs) {
    raw.unidirectional("00" + RawHttp.frame(0x04, pairs));
    return this;
  }

  /** The CONNECT stream as the peer sees it, unanswered, with its request on it. */
  RawStream request() {
    if (role == Role.SERVER) {
      connect = raw.bidirectional(RawHttp.headers(RawClient.era(draft).connect("/echo")));
    } else {
      connect = raw.accept();
      connect.headers();
    }
    return connect;
  }

  /** The session, which either side has opened. */
  SessionHandle session() {
    request();
    if (role == Role.SERVER) {
      assertEquals("200", connect.headers().get(":status").orElseThrow());
      return net.session();
    }
    // ":status: 200" is entry 25 of the static table (RFC 9204 A).
    connect.write("01030000d9");
    return TestNet.get(opening);
  }

  /** One stream there and back, opened by the peer. */
  void echoes(SessionHandle session) {
    RawStream stream = raw.bidirectional("4041" + RawHttp.number(session.id()));
    stream.finish(RawHttp.hex("hello"));
    PortProbe here = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    here.write(here.all());
    here.port().finish();
    assertEquals(RawHttp.hex("hello"), stream.bytes(5));
    assertEquals("FIN", stream.end());
  }

  /** The connection still serves: of a stream of a reserved type the engine asks to stop. */
  void lives() {
    raw.unidirectional("21").awaitStopped();
    assertTrue(raw.connection().isActive());
  }

  /** The CONNECT stream. */
  RawStream connect() {
    return connect;
  }

  /** A client's call for a session. */
  CompletableFuture<SessionHandle> opening() {
    return opening;
  }

  @Override
  public void close() {
    raw.close();
  }
}
