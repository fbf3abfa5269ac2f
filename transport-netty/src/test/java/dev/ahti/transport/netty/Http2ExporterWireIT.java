package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawExporter;
import dev.ahti.wtspec.RawHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a session over HTTP/2 exports, against a peer that derives the same by hand. */
class Http2ExporterWireIT {
  private static final String LABEL = "EXPORTER-WebTransport";

  @TempDir Path directory;
  private EngineNet net;
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  private void begin(Role role, boolean nativeTls, boolean wanted) {
    net =
        new EngineNet(
            "ahti.netty.http2.native-tls = " + nativeTls,
            "ahti.netty.key-log = \"" + directory.resolve("keys.log") + "\"");
    wire = Http2Wire.begin(net, role, wanted);
  }

  private static String exported(SessionHandle session, String label, String context, int length) {
    ByteString material =
        TestNet.get(
            session.exportKeyingMaterial(
                ByteString.fromString(label),
                ByteString.fromArray(HexFormat.of().parseHex(context)),
                length));
    return HexFormat.of().formatHex(material.toArray());
  }

  /** The draft's context: the session, and the label and context of the application. */
  private static String context(long session, String label, String context) {
    return String.format("%016x%02x", session, label.length())
        + RawHttp.hex(label)
        + String.format("%02x", context.length() / 2)
        + context;
  }

  /** Our end tells the secret of its one connection, which TLS of another make has at the peer. */
  private String secret() throws IOException {
    return Files.readAllLines(directory.resolve("keys.log")).stream()
        .filter(line -> line.startsWith("EXPORTER_SECRET "))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .reduce((one, other) -> fail(one + " and " + other))
        .orElseThrow();
  }

  private static String fail(String why) {
    throw new AssertionError("several secrets: " + why);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-32")
  void theOtherEndDerivesTheSameFromTheDraftsLabelAndContext(Role role) throws IOException {
    begin(role, true, true);
    try (Http2Wire second = wire.another(net)) {
      for (Http2Wire each : new Http2Wire[] {wire, second}) {
        String context = context(each.wire.id(), "test", "0102");
        String expected = RawExporter.export(secret(), LABEL, context, 32);
        assertEquals(expected, exported(each.session, "test", "0102", 32));
        assertEquals(
            RawExporter.export(secret(), LABEL, context(each.wire.id(), "", ""), 7),
            exported(each.session, "", "", 7));
        Optional<String> byPeer = each.raw.export(LABEL, context, 32);
        assertEquals(byPeer.map(material -> expected), byPeer);
      }
      assertNotEquals(
          exported(wire.session, "test", "0102", 32), exported(second.session, "test", "0102", 32));
    }
  }

  /** The JDK's own TLS has an exporter from release 25 on. */
  @ParameterizedTest
  @EnumSource
  void withTheJdksTlsTheReleaseDecides(Role role) {
    begin(role, false, true);
    Optional<String> byPeer = wire.raw.export(LABEL, context(wire.wire.id(), "test", "0102"), 32);
    assertEquals(Runtime.version().feature() >= 25, byPeer.isPresent());
    assertEquals(byPeer.isPresent(), wire.session.exportsKeyingMaterial());
    if (byPeer.isPresent()) {
      assertEquals(byPeer.get(), exported(wire.session, "test", "0102", 32));
    } else {
      assertThrows(SessionFailure.class, () -> exported(wire.session, "test", "0102", 32));
    }
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, true", "SERVER, true", "CLIENT, false", "SERVER, false"})
  void nothingIsKeptUnlessItWasAskedFor(Role role, boolean nativeTls) {
    begin(role, nativeTls, false);
    assertFalse(wire.session.exportsKeyingMaterial());
    assertThrows(SessionFailure.class, () -> exported(wire.session, "test", "", 32));
  }
}
