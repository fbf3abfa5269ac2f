package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose settings count in a command. */
class ActorsTest {
  private static final String WATCHDOG = "ahti.loop-watchdog";

  @AfterEach
  void forget() {
    System.clearProperty(WATCHDOG);
    ConfigFactory.invalidateCaches();
  }

  @Test
  void aCommandHasDefaultsOfItsOwn() {
    Config config = Actors.config();
    assertEquals(Duration.ofSeconds(5), config.getDuration(WATCHDOG));
    assertFalse(config.getBoolean("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook"));
  }

  @Test
  void whatTheUserSetsGoesBeforeThem() {
    System.setProperty(WATCHDOG, "7 s");
    ConfigFactory.invalidateCaches();
    assertEquals(Duration.ofSeconds(7), Actors.config().getDuration(WATCHDOG));
  }
}
