package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.testkit.MemoryNetwork;
import dev.ahti.engine.testkit.MemorySettings;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A connection that has unreliable transport, or has not, whatever is asked of it. Over HTTP/3
 * Netty always has it and over HTTP/2 never, so this one is in memory, where it can be chosen.
 */
class ReliableOnlyTest {

  @ParameterizedTest
  @CsvSource({"true, false", "true, true", "false, false", "false, true"})
  void aSessionSaysWhatItsConnectionHasAndIsRefusedWhereItNeedsMore(
      boolean unreliable, boolean required) throws Exception {
    try (Loopback loopback =
        Loopback.start("ahti.transport = memory", Map.of("/", session -> {}), server -> server)) {
      if (!unreliable) {
        MemoryNetwork.of(loopback.system).settings(MemorySettings.DEFAULT.reliableOnly());
      }
      WebTransport session =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/",
              loopback.trusting().withRequireUnreliable(required));
      if (required && !unreliable) {
        String why = failure(session.ready()).getMessage();
        assertTrue(why.contains("only reliable transport"), why);
        assertEquals(WebTransportReliabilityMode.PENDING, session.reliability());
      } else {
        await(session.ready());
        assertEquals(
            unreliable
                ? WebTransportReliabilityMode.SUPPORTS_UNRELIABLE
                : WebTransportReliabilityMode.RELIABLE_ONLY,
            session.reliability());
        // This transport cannot say what its congestion control is.
        assertEquals(WebTransportCongestionControl.DEFAULT, session.congestionControl());
        session.close();
      }
    }
  }
}
