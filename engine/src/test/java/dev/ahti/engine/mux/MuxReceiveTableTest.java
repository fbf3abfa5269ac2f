package dev.ahti.engine.mux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.StreamKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("draft-ietf-webtrans-http2-15 4 to 6: what a peer may send, row by row")
class MuxReceiveTableTest {
  private static final MuxLimits OURS =
      new MuxLimits(new InitialLimits(100, 2, 3), StreamLimits.of(40));
  private static final MuxLimits PEERS =
      new MuxLimits(new InitialLimits(50, 1, 2), StreamLimits.of(30));

  /** A line of {@code tables/mux-received.txt}, which explains itself. */
  record Row(String rule, String capsules, String effects) {
    @Override
    public String toString() {
      return rule + ": " + capsules;
    }
  }

  static List<Row> rows() throws IOException {
    String name = "/tables/mux-received.txt";
    try (InputStream in =
        Objects.requireNonNull(MuxReceiveTableTest.class.getResourceAsStream(name))) {
      List<Row> rows = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), UTF_8).split("\n")) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] ruleAndRest = line.split(" \\| ");
          String[] sides = ruleAndRest[1].split(" ->");
          rows.add(
              new Row(ruleAndRest[0], sides[0].trim(), sides.length > 1 ? sides[1].trim() : ""));
        }
      }
      return rows;
    }
  }

  /** One whose streams 1 and 3 the peer knows. */
  private static MuxEnd server() {
    MuxEnd server = MuxEnd.of(Role.SERVER, OURS, PEERS);
    assertEquals(1, server.open(StreamKind.BIDIRECTIONAL));
    assertEquals(3, server.open(StreamKind.UNIDIRECTIONAL));
    assertEquals("data(1,0) data(3,0)", server.flushed());
    return server;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatComesOfIt(Row row) {
    assertEquals(row.effects(), server().receive(row.capsules()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theSameByteByByteWithAnswersInBetween(Row row) {
    MuxEnd server = server();
    List<MuxEffect> effects = new ArrayList<>();
    ByteString bytes = MuxWords.bytes(row.capsules());
    for (int i = 0; i < bytes.length(); i++) {
      effects.addAll(server.mux.receive(bytes.slice(i, i + 1)));
      server.flush();
    }
    assertEquals(row.effects(), MuxWords.ofEffects(merged(effects)));
  }

  /** The bytes of a stream that came one by one, in one piece. */
  private static List<MuxEffect> merged(List<MuxEffect> effects) {
    List<MuxEffect> merged = new ArrayList<>();
    for (MuxEffect effect : effects) {
      int before = merged.size() - 1;
      if (effect instanceof MuxEffect.StreamData data
          && before >= 0
          && merged.get(before) instanceof MuxEffect.StreamData ahead
          && ahead.id() == data.id()) {
        merged.set(before, new MuxEffect.StreamData(data.id(), ahead.bytes().concat(data.bytes())));
      } else {
        merged.add(effect);
      }
    }
    return merged;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void afterAViolationNothingIsHeardOrSaid(Row row) {
    MuxEnd server = server();
    if (server.receive(row.capsules()).contains("violated")) {
      assertEquals("", server.receive("data(0,1) drain()"));
      server.mux.drain();
      assertNull(server.mux.next(100));
      assertEquals(List.of(), server.mux.receiveEnd());
    } else {
      server.mux.drain();
      assertTrue(server.flushed().contains("drain()"), row.toString());
    }
  }
}
