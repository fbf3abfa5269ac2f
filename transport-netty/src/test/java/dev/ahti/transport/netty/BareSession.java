package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.bare.BarePeer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Our engine, in either role, and a peer that does QUIC by hand; then a session with id 0. */
final class BareSession implements AutoCloseable {
  final BarePeer peer;
  private final EngineNet net;
  private final boolean ownNet;
  private final Role ours;
  private final Draft draft;
  private final CompletableFuture<SessionHandle> dialled;

  /**
   * Does the handshake, after which keying material can be exported.
   *
   * @param more transport parameters of the peer beside the usual ones
   */
  BareSession(Role ours, Draft draft, Map<Long, String> more) {
    this(new EngineNet(), true, ours, draft, more);
  }

  /** The same in an engine that others use too. */
  BareSession(EngineNet net, Role ours, Draft draft, Map<Long, String> more) {
    this(net, false, ours, draft, more);
  }

  private BareSession(
      EngineNet net, boolean ownNet, Role ours, Draft draft, Map<Long, String> more) {
    this.net = net;
    this.ownNet = ownNet;
    this.ours = ours;
    this.draft = draft;
    Map<Long, String> parameters = new TreeMap<>(BarePeer.PARAMETERS);
    parameters.putAll(more);
    DialectPolicy dialects = DialectPolicy.only(draft);
    if (ours == Role.SERVER) {
      ServerTls tls =
          new ServerTls(
              ServerCredentials.of(TestCertificate.shared()), ClientAuthentication.NONE, true);
      peer = BarePeer.connect(net.listen(dialects, tls).address().getPort(), parameters);
      dialled = new CompletableFuture<>();
    } else {
      peer = BarePeer.listen(parameters);
      ServerTrust trust = ServerTrust.Insecure.INSTANCE;
      dialled =
          net.ahti.connect(
              new DialRequest(
                      "127.0.0.1",
                      peer.port(),
                      "example.org",
                      "/echo",
                      Optional.empty(),
                      Fields.empty(),
                      trust,
                      dialects,
                      Duration.ofSeconds(10))
                  .withTls(new ClientTls(trust, Optional.empty(), true), Optional.empty()));
    }
    peer.handshaken();
  }

  /** A STREAM frame with the first bytes of a stream. */
  static String stream(long id, String bytes) {
    return "0a" + RawHttp.number(id) + RawHttp.number(bytes.length() / 2) + bytes;
  }

  /** Opens the session. */
  SessionHandle open() {
    if (ours == Role.SERVER) {
      peer.send(
          stream(2, RawClient.era(draft).clientControl())
              + stream(0, RawHttp.headers(RawClient.era(draft).connect("/echo"))));
      // A HEADERS frame.
      assertEquals("01", peer.stream(0, 1));
      return net.session();
    }
    peer.send(stream(3, RawClient.era(draft).serverControl()));
    assertEquals("01", peer.stream(0, 1));
    peer.send(stream(0, WireSession.ANSWER));
    return TestNet.get(dialled);
  }

  @Override
  public void close() {
    if (ownNet) {
      Closing.all(peer, net);
    } else {
      peer.close();
    }
  }
}
