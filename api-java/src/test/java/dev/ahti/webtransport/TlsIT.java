package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** TLS as an application sets it up and sees it. */
@OverBothBindings
class TlsIT {
  private static final ByteString LABEL = ByteString.fromString("label");
  private static final ByteString NOTHING = ByteString.emptyByteString();

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private Loopback start(UnaryOperator<WebTransportServer> setup) throws Exception {
    return Loopback.start("", Map.of("/", accepted::add), setup);
  }

  private WebTransport accepted() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  @Conformance("H3-B-60")
  @Test
  void bothEndsOfASessionExportTheSameAndSessionsDiffer() throws Exception {
    try (Loopback net = start(WebTransportServer::withKeyingMaterialExport)) {
      WebTransportOptions options = net.trusting().withKeyingMaterialExport();
      WebTransport client = net.connect("/", options);
      WebTransport server = accepted();
      ByteString material = await(client.exportKeyingMaterial(LABEL, NOTHING, 48));
      assertEquals(48, material.size());
      assertEquals(material, await(server.exportKeyingMaterial(LABEL, NOTHING, 48)));
      assertNotEquals(material, await(client.exportKeyingMaterial(NOTHING, LABEL, 48)));
      WebTransport other = net.connect("/", options);
      accepted();
      assertNotEquals(material, await(other.exportKeyingMaterial(LABEL, NOTHING, 48)));

      ByteString tooLong = ByteString.fromArray(new byte[256]);
      assertInstanceOf(
          WebTransportRangeException.class,
          failure(client.exportKeyingMaterial(tooLong, LABEL, 1)));
      assertInstanceOf(
          WebTransportRangeException.class,
          failure(client.exportKeyingMaterial(LABEL, tooLong, 1)));
      assertInstanceOf(
          WebTransportRangeException.class, failure(client.exportKeyingMaterial(LABEL, LABEL, 0)));
      assertInstanceOf(
          WebTransportRangeException.class,
          failure(client.exportKeyingMaterial(LABEL, LABEL, 8161)));
      assertEquals(8160, await(client.exportKeyingMaterial(LABEL, LABEL, 8160)).size());

      client.close();
      await(client.closed());
      assertInstanceOf(
          WebTransportInvalidStateException.class,
          failure(client.exportKeyingMaterial(LABEL, NOTHING, 48)));
    }
  }

  @Conformance("H3-B-60")
  @Test
  void sessionsOnOneConnectionExportTheSameAtBothEndsAndDiffer() throws Exception {
    try (Loopback net = start(WebTransportServer::withKeyingMaterialExport)) {
      WebTransportOptions options =
          Loopback.options()
              .withoutCertificateCheck()
              .withAllowPooling(true)
              .withKeyingMaterialExport();
      Map<WebTransport, WebTransport> ends = new LinkedHashMap<>();
      for (int i = 0; i < 3; i++) {
        WebTransport client = net.connect("/", options);
        ends.put(client, accepted());
      }
      // One, of which each end counts.
      assertEquals(2, net.gauge(Gauges.CONNECTIONS));
      for (List<ByteString> inputs : List.of(List.of(LABEL, LABEL), List.of(NOTHING, NOTHING))) {
        Set<ByteString> materials = new HashSet<>();
        for (Map.Entry<WebTransport, WebTransport> session : ends.entrySet()) {
          ByteString atClient =
              await(session.getKey().exportKeyingMaterial(inputs.get(0), inputs.get(1), 32));
          ByteString atServer =
              await(session.getValue().exportKeyingMaterial(inputs.get(0), inputs.get(1), 32));
          assertEquals(atClient, atServer);
          assertTrue(materials.add(atClient), "two sessions export the same");
        }
      }
    }
  }

  @Test
  void nothingIsExportedUnlessAskedFor() throws Exception {
    try (Loopback net = start(server -> server)) {
      WebTransport client = net.connect("/");
      Throwable failure = failure(client.exportKeyingMaterial(LABEL, NOTHING, 32));
      assertInstanceOf(WebTransportNotSupportedException.class, failure);
      assertTrue(failure.getMessage().contains("not asked for"), failure.getMessage());
      assertInstanceOf(
          WebTransportNotSupportedException.class,
          failure(accepted().exportKeyingMaterial(LABEL, NOTHING, 32)));
    }
  }

  @Test
  void theServersHandlerSeesTheClientsCertificate() throws Exception {
    ServerCertificate own = ServerCertificate.selfSigned("client");
    try (Loopback net = start(server -> server.withRequiredClientCertificates(own.chain()))) {
      net.connect(
          "/", net.trusting().withClientCertificate(new ClientCertificate(own.key(), own.chain())));
      assertEquals(List.of(own.chain().get(0)), accepted().info().peerCertificates());
      Throwable refused =
          failure(
              WebTransport.connect(net.system, net.binding.url() + "/", net.trusting()).ready());
      assertTrue(refused.getMessage().contains("certificate_required"), refused.getMessage());
    }
  }

  @Test
  void aReplacedCertificateIsForNewSessionsOnly() throws Exception {
    try (Loopback net = start(server -> server)) {
      WebTransportHash before = net.binding.certificateHash();
      WebTransport old = net.connect("/");
      WebTransport oldServer = accepted();
      ServerCertificate next = ServerCertificate.selfSigned("127.0.0.1");
      net.binding.replaceCertificate(next);
      assertEquals(next.hash(), net.binding.certificateHash());
      WebTransport session = net.connect("/");
      assertEquals(next.chain(), session.info().peerCertificates());
      accepted();
      Throwable refused =
          failure(
              WebTransport.connect(
                      net.system,
                      net.binding.url() + "/",
                      Loopback.options().withServerCertificateHashes(before))
                  .ready());
      assertTrue(refused.getMessage().contains("none of the given hashes"), refused.getMessage());
      oldServer.drain();
      await(old.draining());
    }
  }

  /** W3C: hashes of unknown algorithms are ignored, and with none left nothing is trusted. */
  @Test
  void hashesOfUnknownAlgorithmsAreIgnored() throws Exception {
    try (Loopback net = start(server -> server)) {
      WebTransportHash right = net.binding.certificateHash();
      WebTransportHash sha1 = new WebTransportHash("sha-1", right.value());
      net.connect("/", Loopback.options().withServerCertificateHashes(sha1, right));
      accepted();
      Throwable refused =
          failure(
              WebTransport.connect(
                      net.system,
                      net.binding.url() + "/",
                      Loopback.options().withServerCertificateHashes(sha1))
                  .ready());
      assertTrue(refused.getMessage().contains("none of the given hashes"), refused.getMessage());
    }
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "TCP's congestion control is the operating system's")
  @Test
  void theCongestionControlIsTold() throws Exception {
    try (Loopback net =
        start(server -> server.withCongestionControlAlgorithm(CongestionControlAlgorithm.RENO))) {
      WebTransport client =
          net.connect(
              "/", net.trusting().withCongestionControlAlgorithm(CongestionControlAlgorithm.BBR));
      assertEquals(Optional.of(CongestionControlAlgorithm.BBR), client.info().congestionControl());
      assertEquals(
          Optional.of(CongestionControlAlgorithm.RENO), accepted().info().congestionControl());
    }
  }
}
