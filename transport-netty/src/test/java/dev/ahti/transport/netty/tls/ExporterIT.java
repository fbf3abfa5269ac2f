package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.KeyingMaterial;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.ExporterContext;
import dev.ahti.transport.netty.TestCertificate;
import dev.ahti.transport.netty.TestNet;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("draft-ietf-webtrans-http3-16 4.8: the exporter of a connection")
class ExporterIT {
  private static final ByteString NOTHING = ByteString.emptyByteString();

  private final TestNet net = new TestNet();

  @AfterEach
  void close() {
    net.close();
  }

  private TestNet.Pair pair(HttpVersion version, boolean server, boolean client) {
    return net.pair(
        version,
        new ServerTls(
            ServerCredentials.of(TestCertificate.shared()), ClientAuthentication.NONE, server),
        new ClientTls(ServerTrust.Insecure.INSTANCE, Optional.empty(), client));
  }

  private static KeyingMaterial material(TestNet.Side side) {
    return side.connection().facts().keyingMaterial().orElseThrow();
  }

  private static ByteString export(TestNet.Side side, long session, String label) {
    return material(side)
        .export(
            ExporterContext.LABEL,
            ExporterContext.encode(session, ByteString.fromString(label), NOTHING),
            64);
  }

  @Conformance({"H3-B-60", "H2-B-32"})
  @ParameterizedTest
  @EnumSource
  void bothEndsAgreeAndSessionsLabelsAndConnectionsDiffer(HttpVersion version) {
    TestNet.Pair pair = pair(version, true, true);
    ByteString material = export(pair.client(), 4, "a");
    assertEquals(64, material.size());
    assertEquals(material, export(pair.server(), 4, "a"));
    assertNotEquals(material, export(pair.client(), 0, "a"), "another session");
    assertNotEquals(material, export(pair.client(), 4, "b"), "another label");
    TestNet.Pair other = pair(version, true, true);
    assertNotEquals(material, export(other.client(), 4, "a"), "another connection");
    assertEquals(export(other.client(), 4, "a"), export(other.server(), 4, "a"));
  }

  @ParameterizedTest
  @EnumSource
  void isThereOnlyForWhoAskedForIt(HttpVersion version) {
    TestNet.Pair pair = pair(version, false, true);
    assertEquals(Optional.empty(), pair.server().connection().facts().keyingMaterial());
    assertEquals(64, export(pair.client(), 0, "a").size());
    TestNet.Pair other = pair(version, true, false);
    assertEquals(Optional.empty(), other.client().connection().facts().keyingMaterial());
    assertEquals(64, export(other.server(), 0, "a").size());
  }

  @ParameterizedTest
  @CsvSource({"HTTP_3, true", "HTTP_3, false", "HTTP_2, true", "HTTP_2, false"})
  void isWipedWhenTheConnectionCloses(HttpVersion version, boolean serverCloses) {
    TestNet.Pair pair = pair(version, true, true);
    (serverCloses ? pair.server() : pair.client())
        .tell(new TransportCommand.CloseConnection(Http3ErrorCode.H3_NO_ERROR, ""));
    pair.client().expectClosed();
    pair.server().expectClosed();
    for (TestNet.Side side : new TestNet.Side[] {pair.client(), pair.server()}) {
      net.kit
          .createTestProbe()
          .awaitAssert(() -> assertThrows(IllegalStateException.class, () -> export(side, 0, "a")));
    }
  }
}
