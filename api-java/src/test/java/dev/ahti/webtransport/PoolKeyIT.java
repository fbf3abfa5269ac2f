package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What sessions must have in common to share a connection, part by part: two that differ in that
 * part alone never do, and two that have it in common do.
 */
@OverBothBindings
class PoolKeyIT {
  private static final String HOST = "one.here.test";

  private static ServerCertificate own;
  private static ServerCertificate alice;
  private static ServerCertificate bob;

  @BeforeAll
  static void certificates() {
    own = ServerCertificate.selfSigned(HOST, "two.here.test");
    alice = ServerCertificate.selfSigned("alice");
    bob = ServerCertificate.selfSigned("bob");
  }

  /**
   * A session to be asked for.
   *
   * @param host the server's name
   * @param second whether it is the second of the two servers, on a port of its own
   */
  private record Asked(String host, boolean second, WebTransportOptions options) {
    Asked with(WebTransportOptions other) {
      return new Asked(host, second, other);
    }
  }

  /** Made anew for each session: what is compared are values. */
  private interface Asking {
    Asked ask() throws Exception;
  }

  private static Asked plain() {
    return new Asked(
        HOST,
        false,
        Loopback.options()
            .withoutCertificateCheck()
            .withAllowPooling(true)
            .withDrafts(WebTransportDraft.DRAFT_07));
  }

  private static Asked of(WebTransportOptions options) {
    return plain().with(options);
  }

  private static WebTransportOptions options() {
    return plain().options();
  }

  /** Read once more from their encodings, so that nothing is the same object. */
  private static ClientCertificate copy(ServerCertificate of) throws Exception {
    PrivateKey key =
        KeyFactory.getInstance(of.key().getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(of.key().getEncoded()));
    return new ClientCertificate(key, copies(of));
  }

  private static List<X509Certificate> copies(ServerCertificate of) throws Exception {
    var factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> copies = new ArrayList<>();
    for (X509Certificate one : of.chain()) {
      copies.add(
          (X509Certificate)
              factory.generateCertificate(new ByteArrayInputStream(one.getEncoded())));
    }
    return copies;
  }

  private static WebTransportOptions trusting(ServerCertificate... authorities) throws Exception {
    List<X509Certificate> all = new ArrayList<>();
    for (ServerCertificate one : authorities) {
      all.addAll(copies(one));
    }
    return Loopback.options()
        .withTrustedAuthorities(all)
        .withAllowPooling(true)
        .withDrafts(WebTransportDraft.DRAFT_07);
  }

  private static WebTransportHttpVersion otherVersion() {
    return Bindings.current() == WebTransportHttpVersion.HTTP_3
        ? WebTransportHttpVersion.HTTP_2
        : WebTransportHttpVersion.HTTP_3;
  }

  /** Pairs that differ in one part. */
  static Stream<Arguments> parts() {
    List<Arguments> parts = new ArrayList<>();
    parts.add(part("host", PoolKeyIT::plain, () -> new Asked("two.here.test", false, options())));
    parts.add(part("port", PoolKeyIT::plain, () -> new Asked(HOST, true, options())));
    parts.add(part("trust: none or an authority", PoolKeyIT::plain, () -> of(trusting(own))));
    parts.add(part("trust: authorities", () -> of(trusting(own)), () -> of(trusting(own, alice))));
    parts.add(
        part(
            "client certificate: none or one",
            PoolKeyIT::plain,
            () -> of(options().withClientCertificate(copy(alice)))));
    parts.add(
        part(
            "client certificate",
            () -> of(options().withClientCertificate(copy(alice))),
            () -> of(options().withClientCertificate(copy(bob)))));
    parts.add(
        part("keying material", PoolKeyIT::plain, () -> of(options().withKeyingMaterialExport())));
    parts.add(
        part(
            "congestion control",
            () -> of(options().withCongestionControl(WebTransportCongestionControl.THROUGHPUT)),
            () -> of(options().withCongestionControl(WebTransportCongestionControl.LOW_LATENCY))));
    parts.add(
        part(
            "partition key",
            () -> of(options().withPartitionKey("a")),
            () -> of(options().withPartitionKey("b"))));
    parts.add(
        part(
            "partition key: none or one",
            PoolKeyIT::plain,
            () -> of(options().withPartitionKey("a"))));
    parts.add(
        part(
            "HTTP version",
            PoolKeyIT::plain,
            () -> of(options().withHttpVersions(otherVersion()))));
    parts.add(
        part(
            "drafts",
            PoolKeyIT::plain,
            () -> of(options().withDrafts(WebTransportDraft.DRAFT_02))));
    parts.add(
        part(
            "tolerated quirks",
            PoolKeyIT::plain,
            () ->
                of(
                    options()
                        .withDialects(
                            WebTransportDialects.configured()
                                .withDrafts(WebTransportDraft.DRAFT_07)
                                .strict()))));
    if (Bindings.current() == WebTransportHttpVersion.HTTP_3) {
      // Over HTTP/2 there is no session that needs it.
      parts.add(
          part(
              "unreliable transport",
              PoolKeyIT::plain,
              () -> of(options().withRequireUnreliable(true))));
    }
    return parts.stream();
  }

  private static Arguments part(String name, Asking one, Asking other) {
    return Arguments.of(name, one, other);
  }

  private interface Body {
    void run(Loopback net, WebTransportServerBinding second) throws Exception;
  }

  private static WebTransportServer serving(WebTransportServer server) {
    List<X509Certificate> clients = new ArrayList<>(alice.chain());
    clients.addAll(bob.chain());
    return server
        .withCertificate(own)
        .withHttpVersions(WebTransportHttpVersion.HTTP_3, WebTransportHttpVersion.HTTP_2)
        .withOptionalClientCertificates(clients)
        .withOrigins("https://page.example")
        .withRoute("/", session -> {});
  }

  /** Two servers that differ in nothing but their ports. */
  private static void run(Body body) throws Exception {
    try (Loopback net =
        Loopback.start(
            // A connection is not to go while they are counted.
            HeldResolver.CONFIG + ", ahti.dialer.pool-idle-timeout = 1 minute",
            Map.of("/other", session -> {}),
            PoolKeyIT::serving)) {
      WebTransportServerBinding second =
          Loopback.await(serving(WebTransportServer.create(net.system).withName("second")).bind());
      try {
        body.run(net, second);
      } finally {
        Loopback.await(second.stop());
      }
    }
  }

  /** Opens a session; how many connections there are then, of which both ends are counted. */
  private static long connections(Loopback net, WebTransportServerBinding second, Asking asking)
      throws Exception {
    Asked asked = asking.ask();
    int port = (asked.second() ? second : net.binding).localAddress().getPort();
    net.connectTo("https://" + asked.host() + ":" + port + "/", asked.options());
    return net.gauge(Gauges.CONNECTIONS) / 2;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("parts")
  void sessionsThatDifferInOnePartShareNothingAndEqualOnesShare(
      String part, Asking one, Asking other) throws Exception {
    run(
        (net, second) -> {
          assertEquals(1, connections(net, second, one));
          assertEquals(1, connections(net, second, one), "two that are equal");
          assertEquals(2, connections(net, second, other), "two that differ");
          assertEquals(2, connections(net, second, other), "two others that are equal");
          assertEquals(2, connections(net, second, one), "the first connection is still there");
        });
  }

  /** What a request says of its session is no part of it. */
  static Stream<Arguments> otherThings() {
    return Stream.of(
        part(
            "case of the host",
            PoolKeyIT::plain,
            () -> new Asked("ONE.Here.Test", false, options())),
        part(
            "origin of the page",
            PoolKeyIT::plain,
            () -> of(options().withOrigin("https://page.example"))),
        part(
            "headers",
            PoolKeyIT::plain,
            () -> of(options().withHeaders(WebTransportHeaders.EMPTY.with("x-test", "1")))),
        part("protocols", PoolKeyIT::plain, () -> of(options().withProtocols("chat"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("otherThings")
  void sessionsThatDifferInOtherThingsShare(String thing, Asking one, Asking other)
      throws Exception {
    run(
        (net, second) -> {
          assertEquals(1, connections(net, second, one));
          assertEquals(1, connections(net, second, other));
        });
  }

  @Test
  void sessionsOfTwoPathsShare() throws Exception {
    run(
        (net, second) -> {
          assertEquals(1, connections(net, second, PoolKeyIT::plain));
          int port = net.binding.localAddress().getPort();
          net.connectTo("https://" + HOST + ":" + port + "/other", options());
          assertEquals(2, net.gauge(Gauges.CONNECTIONS));
        });
  }
}
