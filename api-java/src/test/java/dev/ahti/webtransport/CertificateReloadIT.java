package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.CertificateFiles;
import dev.ahti.webtransport.server.CertificateHashes;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that come from files, or are made by the server, as clients see them. */
@DisplayName("a server's certificates change without a restart")
@OverBothBindings
class CertificateReloadIT {
  private static final int RELOADS = 20;
  private static final Duration BETWEEN_CLIENTS = Duration.ofMillis(50);

  /** A second, with ten times head-room for a busy machine. */
  private static final Duration SERVED_WITHIN = Duration.ofSeconds(10);

  /** Both are this machine; a client tells the server which one it asks for. */
  private static final String NAMED = "named.here.test";

  private static final String OTHER = "other.here.test";

  @TempDir private Path folder;
  private final Set<X509Certificate> seen = ConcurrentHashMap.newKeySet();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connecting = new AtomicInteger();

  private void write(ServerCertificate certificate) throws IOException {
    write("", certificate);
  }

  private void write(String prefix, ServerCertificate certificate) throws IOException {
    replace(prefix + "chain.pem", certificate.chain().get(0));
    replace(prefix + "key.pem", new JcaPKCS8Generator(certificate.key(), null));
  }

  private static String pem(Object content) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(content);
    }
    return text.toString();
  }

  private void replace(String name, Object content) throws IOException {
    Path written = Files.writeString(folder.resolve("new"), pem(content));
    Files.move(
        written,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private CertificateFiles files() {
    return files("");
  }

  private CertificateFiles files(String prefix) {
    return CertificateFiles.pem(
        folder.resolve(prefix + "chain.pem"), folder.resolve(prefix + "key.pem"));
  }

  /** One client: a connection of its own, that ends once it has seen the certificate. */
  private void connect(Loopback net) {
    connecting.incrementAndGet();
    WebTransport session =
        WebTransport.connect(
            net.system, net.binding.url() + "/", Loopback.options().withoutCertificateCheck());
    session
        .ready()
        .whenComplete(
            (ready, failure) -> {
              if (failure != null) {
                failures.add(failure);
              } else {
                seen.add(session.info().peerCertificates().get(0));
                session.close();
              }
              connecting.decrementAndGet();
            });
  }

  @Test
  void noHandshakeFailsWhileFilesAreReplacedAndEachIsSeenWithinASecond() throws Exception {
    write(ServerCertificate.selfSigned("127.0.0.1"));
    try (Loopback net =
        Loopback.start("", Map.of("/", session -> {}), server -> server.withCertificate(files()))) {
      AtomicInteger clients = new AtomicInteger();
      Cancellable traffic =
          Source.tick(Duration.ZERO, BETWEEN_CLIENTS, net)
              .toMat(
                  Sink.foreach(
                      over -> {
                        clients.incrementAndGet();
                        connect(over);
                      }),
                  Keep.left())
              .run(net.system);
      Duration longest = Duration.ZERO;
      long began = System.nanoTime();
      for (int i = 0; i < RELOADS; i++) {
        ServerCertificate next = ServerCertificate.selfSigned("127.0.0.1");
        write(next);
        long written = System.nanoTime();
        Loopback.eventually("seen", () -> seen.contains(next.chain().get(0)));
        Duration took = Duration.ofNanos(System.nanoTime() - written);
        longest = took.compareTo(longest) > 0 ? took : longest;
        assertEquals(next.hash(), net.binding.certificateHash());
      }
      long ran = System.nanoTime() - began;
      traffic.cancel();
      Loopback.eventually("the last client", () -> connecting.get() == 0);
      assertEquals(List.of(), List.copyOf(failures));
      assertTrue(longest.compareTo(SERVED_WITHIN) < 0, longest::toString);
      // All the while; a busy machine may have a tenth of it.
      long expected = ran / BETWEEN_CLIENTS.toNanos();
      assertTrue(clients.get() >= expected / 10, () -> clients + " of " + expected);
      assertEquals(0, net.gauge(Gauges.HANDSHAKES_FAILED));
      assertEquals(RELOADS, net.gauge(Gauges.CERTIFICATES_REPLACED));
      assertEquals(0, net.gauge(Gauges.CERTIFICATES_REFUSED));
    }
  }

  /** As an editor or a copy does it: for a moment the files are empty, and of two pairs. */
  @Test
  void filesThatAreWrittenInPlaceAreServedOnceTheyAreWhole() throws Exception {
    write(ServerCertificate.selfSigned(OTHER));
    try (Loopback net =
        Loopback.start(
            HeldResolver.CONFIG,
            Map.of("/", session -> {}),
            server -> server.withCertificate(files()))) {
      for (int i = 1; i <= 3; i++) {
        ServerCertificate next = ServerCertificate.selfSigned(OTHER);
        Files.writeString(folder.resolve("chain.pem"), pem(next.chain().get(0)));
        Files.writeString(folder.resolve("key.pem"), pem(new JcaPKCS8Generator(next.key(), null)));
        net.awaitGauge(Gauges.CERTIFICATES_REPLACED, i);
        assertEquals(next.chain().get(0), shown(net, OTHER));
      }
    }
  }

  @Test
  void theFilesOfEachNameAreReplacedByThemselves() throws Exception {
    ServerCertificate others = ServerCertificate.selfSigned(OTHER);
    write("others-", others);
    write("named-", ServerCertificate.selfSigned(NAMED));
    try (Loopback net =
        Loopback.start(
            HeldResolver.CONFIG,
            Map.of("/", session -> {}),
            server ->
                server.withCertificate(files("others-")).withCertificate(NAMED, files("named-")))) {
      for (int i = 1; i <= 3; i++) {
        ServerCertificate next = ServerCertificate.selfSigned(NAMED);
        write("named-", next);
        net.awaitGauge(Gauges.CERTIFICATES_REPLACED, i);
        assertEquals(next.chain().get(0), shown(net, NAMED));
        assertEquals(others.chain().get(0), shown(net, OTHER));
      }
      ServerCertificate next = ServerCertificate.selfSigned(OTHER);
      write("others-", next);
      net.awaitGauge(Gauges.CERTIFICATES_REPLACED, 4);
      assertEquals(next.chain().get(0), shown(net, OTHER));
      assertNotEquals(next.chain().get(0), shown(net, NAMED));
    }
  }

  private static X509Certificate shown(Loopback net, String host) throws Exception {
    String url = "https://" + host + ":" + net.binding.localAddress().getPort() + "/";
    WebTransport session = net.connectTo(url, Loopback.options().withoutCertificateCheck());
    X509Certificate shown = session.info().peerCertificates().get(0);
    session.close();
    return shown;
  }

  @Test
  void filesThatCannotBeUsedFailTheBindWithTheirName() throws Exception {
    try (Loopback net = Loopback.start(Map.of())) {
      Throwable failure =
          Loopback.failure(
              WebTransportServer.create(net.system)
                  .withName("other")
                  .withCertificate(files())
                  .bind());
      assertTrue(failure.getMessage().endsWith("key.pem: no such file"), failure::getMessage);
    }
  }

  @Test
  void theNextCertificateOfTheServerIsTrustedByTheHashThatWasToldBefore() throws Exception {
    String quick = "ahti.listener.certificates { rotation = 3 s, overlap = 1 h }";
    try (Loopback net =
        Loopback.start(
            quick,
            Map.of("/", session -> {}),
            server -> server.withRotatingCertificates("127.0.0.1"))) {
      CertificateHashes told = net.binding.certificateHashes();
      assertEquals(net.binding.certificateHash(), told.hashes().get(0));
      assertTrue(told.validUntil().isAfter(Instant.now()));
      WebTransport before = net.connect("/", net.trusting());
      net.awaitGauge(Gauges.CERTIFICATES_REPLACED, 1);
      WebTransportOptions knowing =
          Loopback.options()
              .withServerCertificateHashes(told.hashes().toArray(WebTransportHash[]::new));
      WebTransport after = net.connect("/", knowing);
      assertNotEquals(before.info().peerCertificates(), after.info().peerCertificates());
      assertFalse(before.closed().toCompletableFuture().isDone());
      before.close();
      after.close();
    }
  }

  @Test
  void aServerWithACertificateOfTheApplicationTellsItsHashAndEnd() throws Exception {
    ServerCertificate own = ServerCertificate.selfSigned("127.0.0.1");
    try (Loopback net = Loopback.start("", Map.of(), server -> server.withCertificate(own))) {
      assertEquals(
          new CertificateHashes(List.of(own.hash()), own.chain().get(0).getNotAfter().toInstant()),
          net.binding.certificateHashes());
      ServerCertificate other = ServerCertificate.selfSigned("127.0.0.1");
      net.binding.replaceCertificate(other);
      assertEquals(List.of(other.hash()), net.binding.certificateHashes().hashes());
      await(net.binding.stop());
    }
  }
}
