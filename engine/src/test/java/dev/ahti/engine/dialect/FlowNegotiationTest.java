package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.testkit.Conformance;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("draft-ietf-webtrans-http3-16 5.1: when sessions have flow control")
class FlowNegotiationTest {
  private static final long SESSIONS = 0x14e9cd29L;
  private static final long DATA = 0x2b61;
  private static final long UNI = 0x2b64;
  private static final long BIDI = 0x2b65;

  /** "sessions/data/uni/bidi"; a minus for a setting that is not sent. */
  private static Map<Long, Long> settings(String text) {
    String[] values = text.split("/");
    long[] ids = {SESSIONS, DATA, UNI, BIDI};
    Map<Long, Long> settings = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      if (!values[i].equals("-")) {
        settings.put(ids[i], Long.decode(values[i]));
      }
    }
    return settings;
  }

  @Conformance("H3-B-59")
  @ParameterizedTest
  @CsvSource({
    "D02, 9/9/9/9, 9/9/9/9, false",
    "D07, 9/-/-/-, 9/-/-/-, false",
    "D07, -/9/9/9, -/-/-/-, false",
    "D07, -/9/9/9, 9/0/0/0, false",
    "D07, -/-/-/-, -/9/9/9, false",
    "D07, -/9/9/9, -/1/-/-, true",
    "D07, -/-/-/1, -/-/9/-, true",
    "D14, -/-/-/-, -/-/-/-, false",
    "D14, 1/-/-/-, 1/-/-/-, false",
    "D14, 2/-/-/-, 1/-/-/-, false",
    "D14, 1/-/-/-, 2/-/-/-, false",
    "D14, 2/-/-/-, 2/-/-/-, true",
    "D14, 1/1/-/-, 1/-/-/-, false",
    "D14, 1/1/-/-, 1/0/0/0, false",
    "D14, 1/1/-/-, 1/-/1/-, true",
    "D14, 1/1/-/-, 1/-/-/1, true",
    "D14, 1/9/9/9, 2/-/-/-, true",
    "D14, 2/-/-/-, 1/9/9/9, true",
    "D16, -/-/-/-, -/-/-/-, false",
    "D16, 2/-/-/-, 2/-/-/-, false",
    "D16, -/9/9/9, -/-/-/-, false",
    "D16, -/-/-/-, -/9/9/9, false",
    "D16, -/9/9/9, 9/0/0/0, false",
    "D16, -/9/9/9, -/1/-/-, true",
    "D16, -/9/9/9, -/-/1/-, true",
    "D16, -/9/9/9, -/-/-/1, true",
    "D16, -/1/-/-, -/9/9/9, true",
  })
  void isOnByTheRuleOfTheDraft(Draft draft, String ours, String peers, boolean on) {
    assertEquals(
        on, FlowNegotiation.decide(Dialect.of(draft), settings(ours), settings(peers)).isPresent());
  }

  @Test
  void beginsWithWhatEachSideSentAndZeroForTheRest() {
    assertEquals(
        Optional.of(new FlowControl(new InitialLimits(1, 2, 3), new InitialLimits(0, 5, 0), false)),
        FlowNegotiation.decide(Dialect.of(Draft.D16), settings("-/1/2/3"), settings("-/-/5/-")));
  }

  @Test
  void limitBeyondAllStreamsIsAllStreams() {
    FlowControl flow =
        FlowNegotiation.decide(
                Dialect.of(Draft.D16),
                settings("-/1/2/3"),
                settings("-/0x3fffffffffffffff/0x1000000000000001/0x1000000000000000"))
            .orElseThrow();
    assertEquals(new InitialLimits((1L << 62) - 1, 1L << 60, 1L << 60), flow.peers());
  }

  @ParameterizedTest
  @CsvSource({
    "D07, false, false",
    "D14, true, false",
    "D14, false, false",
    "D16, true, false",
    "D16, false, true"
  })
  void equalLimitsAreRefusedInD16AndOnlyWithoutTheQuirk(
      Draft draft, boolean tolerated, boolean strict) {
    Dialect dialect = Dialect.of(draft, tolerated ? Set.of(Quirk.EQUAL_LIMITS) : Set.of());
    FlowControl flow =
        FlowNegotiation.decide(dialect, settings("1/1/2/3"), settings("1/1/2/3")).orElseThrow();
    assertEquals(strict, flow.strict());
  }
}
