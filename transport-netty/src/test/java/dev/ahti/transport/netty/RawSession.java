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
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

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
      Optional<String> pool,
      int serverPort) {
    this.net = net;
    this.role = role;
    this.draft = draft;
    if (role == Role.SERVER) {
      raw = RawPeer.connect(serverPort);
      opening = new CompletableFuture<>();
    } else {
      raw = RawPeer.listen();
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
      opening = net.ahti.connect(pool.map(request::withPool).orElse(request));
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
   * Connects; the peer has sent nothing yet.
   *
   * @param role which end is ours
   * @param serverPort where our server listens
   */
  static RawSession begin(EngineNet net, Role role, Draft draft, int serverPort) {
    return new RawSession(
        net, role, draft, DialectPolicy.only(draft), Optional.empty(), serverPort);
  }

  /** The same in D16, on a connection of our client that outlives its session. */
  static RawSession beginPooled(EngineNet net, Role role, int serverPort) {
    return new RawSession(
        net, role, Draft.D16, DialectPolicy.only(Draft.D16), Optional.of(""), serverPort);
  }

  /** The same with a client that speaks every draft; what the peer announces decides. */
  static RawSession begin(EngineNet net, Role role, int serverPort) {
    return new RawSession(net, role, Draft.D16, DialectPolicy.all(), Optional.empty(), serverPort);
  }

  /** The peer's control stream with the settings of the draft. */
  RawSession settings() {
    raw.unidirectional(
        role == Role.SERVER
            ? RawClient.era(draft).clientControl()
            : RawClient.era(draft).serverControl());
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
