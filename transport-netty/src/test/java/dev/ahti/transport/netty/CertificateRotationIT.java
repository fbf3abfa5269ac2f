package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Certificates that change, and one that expires, while sessions are opened and are open. */
@DisplayName("N11, N14: certificates come and go")
class CertificateRotationIT {
  private static final int ROTATIONS = 100;
  private static final int AT_ONCE = 4;
  private static final DialectPolicy D16 = DialectPolicy.only(Draft.D16);

  private final List<SessionHandle> servers = new ArrayList<>();
  private final Set<X509Certificate> seen = new HashSet<>();

  /** Valid for so long from now on. */
  private static Credentials certificate(Duration left) {
    return TestCertificate.make(
        "P-256", Duration.ofHours(-1), Duration.ofHours(1).plus(left), "localhost");
  }

  private static CompletableFuture<SessionHandle> dial(
      EngineNet net, ListenerHandle listener, Credentials... trusted) {
    return net.ahti.connect(
        new DialRequest(
            "127.0.0.1",
            listener.address().getPort(),
            "example.org",
            "/echo",
            Optional.empty(),
            Fields.empty(),
            new ServerTrust.CertificateHashes(
                Stream.of(trusted).map(TestCertificate::hash).toList()),
            D16,
            Duration.ofSeconds(10)));
  }

  private void end(EngineNet net, CompletableFuture<SessionHandle> dialled) {
    SessionHandle session = TestNet.get(dialled);
    servers.add(net.session());
    seen.add(session.peerCertificates().get(0));
    session.close(0, "");
    TestNet.get(session.closed());
  }

  private static boolean hasExpired(Credentials credentials) {
    try {
      credentials.chain().get(0).checkValidity();
      return false;
    } catch (CertificateExpiredException expired) {
      return true;
    } catch (CertificateNotYetValidException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void carries(SessionHandle from, SessionHandle to) {
    StreamHandle stream = TestNet.get(from.openStream(StreamKind.UNIDIRECTIONAL));
    stream.port().offer(ByteString.fromString("hi"));
    stream.port().finish();
    PortProbe there = new PortProbe(EngineNet.take(to.incomingUnidirectional()).port());
    assertEquals("hi", there.all().utf8String());
  }

  @Test
  void noSessionFailsWhileTheCertificateIsReplacedAHundredTimes() {
    Credentials one = certificate(Duration.ofDays(1));
    Credentials other = certificate(Duration.ofDays(1));
    try (EngineNet net = new EngineNet()) {
      ListenerHandle listener = net.listen(D16);
      listener.replaceCredentials(ServerCredentials.of(other));
      Queue<CompletableFuture<SessionHandle>> dialled = new ArrayDeque<>();
      for (int i = 0; i < ROTATIONS; i++) {
        // Whichever the handshake begins with, it ends with the same.
        dialled.add(dial(net, listener, one, other));
        listener.replaceCredentials(ServerCredentials.of(i % 2 == 0 ? one : other));
        if (dialled.size() == AT_ONCE) {
          end(net, dialled.remove());
        }
      }
      dialled.forEach(last -> end(net, last));
      servers.forEach(server -> TestNet.get(server.closed()));
      assertEquals(Set.of(one.chain().get(0), other.chain().get(0)), seen);
      net.awaitGauge(Gauges.SESSIONS_ACCEPTED, ROTATIONS);
      net.awaitGauge(Gauges.HANDSHAKES_FAILED, 0);
    }
  }

  @Test
  void aSessionOutlivesItsCertificateAndANewOneIsJudgedByTheTimeOfItsHandshake() {
    try (EngineNet net = new EngineNet()) {
      ListenerHandle listener = net.listen(D16);
      Credentials brief = certificate(Duration.ofSeconds(2));
      SessionHandle client = null;
      for (int seconds = 4; client == null; seconds *= 2) {
        listener.replaceCredentials(ServerCredentials.of(brief));
        try {
          client = TestNet.get(dial(net, listener, brief));
        } catch (RuntimeException late) {
          // A busy machine: then it has to be good for longer.
          assertTrue(seconds <= 8 && hasExpired(brief), late::toString);
          brief = certificate(Duration.ofSeconds(seconds));
        }
      }
      Credentials expiring = brief;
      SessionHandle server = net.session();
      net.await(true, () -> hasExpired(expiring), "the end of the certificate");
      carries(client, server);
      carries(server, client);
      assertFalse(client.closed().isDone());
      Throwable refused =
          assertThrows(RuntimeException.class, () -> TestNet.get(dial(net, listener, expiring)));
      assertTrue(refused.getMessage().contains("NotAfter"), refused.getMessage());
      client.close(0, "");
      TestNet.get(server.closed());
    }
  }
}
