package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawHttp;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a session exports, against a peer that derives the same by hand. */
class ExporterWireIT {
  private static final String LABEL = "EXPORTER-WebTransport";

  static Stream<Arguments> rolesAndDrafts() {
    return Stream.of(Role.values())
        .flatMap(
            ours ->
                Stream.of(Draft.D07, Draft.D14, Draft.D16).map(draft -> Arguments.of(ours, draft)));
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

  @ParameterizedTest
  @MethodSource("rolesAndDrafts")
  @Conformance("H3-B-60")
  void theOtherEndDerivesTheSameFromTheDraftsLabelAndContext(Role ours, Draft draft) {
    try (BareSession wire = new BareSession(ours, draft, Map.of())) {
      SessionHandle session = wire.open();
      String id = "0000000000000000";
      String context = id + "04" + RawHttp.hex("test") + "02" + "0102";
      assertEquals(wire.peer.export(LABEL, context, 32), exported(session, "test", "0102", 32));
      assertEquals(wire.peer.export(LABEL, id + "00" + "00", 7), exported(session, "", "", 7));
      assertNotEquals(exported(session, "test", "0102", 32), exported(session, "test", "0103", 32));
    }
  }
}
