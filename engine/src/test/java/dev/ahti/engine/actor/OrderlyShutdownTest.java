package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How the time to drain fits into the phases of Pekko's coordinated shutdown. */
@DisplayName("Coordinated shutdown: sessions have the time of ahti.listener.drain")
class OrderlyShutdownTest {
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private static DrainRequest wanted(int seconds) {
    return new DrainRequest(Duration.ofSeconds(seconds), 7, "moved");
  }

  @Test
  void aPhaseThatIsLongEnoughChangesNothing() {
    assertEquals(wanted(10), OrderlyShutdown.fitting(wanted(10), Duration.ofSeconds(13), CLOSE));
  }

  @Test
  void aShorterPhaseLeavesTimeToCloseInOrder() {
    assertEquals(wanted(2), OrderlyShutdown.fitting(wanted(10), Duration.ofSeconds(5), CLOSE));
  }

  @Test
  void aPhaseWithoutThatTimeClosesAtOnce() {
    assertEquals(wanted(0), OrderlyShutdown.fitting(wanted(10), Duration.ofSeconds(2), CLOSE));
  }

  @Test
  void theDefaultsFitTogether() {
    Config config = ConfigFactory.load();
    Duration phase =
        config.getDuration("pekko.coordinated-shutdown.phases.service-requests-done.timeout");
    EngineSettings settings = EngineSettings.create(config);
    Duration needed =
        settings
            .listener()
            .drain()
            .timeout()
            .plus(settings.connection().closeTimeout().multipliedBy(3));
    assertTrue(phase.compareTo(needed) >= 0, phase + " against " + needed);
  }
}
