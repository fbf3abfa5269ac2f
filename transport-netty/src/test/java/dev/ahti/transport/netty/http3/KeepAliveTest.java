package dev.ahti.transport.netty.http3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeepAliveTest {

  @ParameterizedTest
  @CsvSource({
    "10000, 0, 10000",
    "10000, 30000, 10000",
    "10000, 5100, 1700",
    "500, 5100, 500",
    "10000, 1, 100",
    "50, 1, 50",
    "0, 5100, 0",
    "10000, 9223372036854775807, 10000",
  })
  void isAtMostAThirdOfThePeersTimeoutAndNoPeerMakesItTiny(long ours, long peer, long interval) {
    assertEquals(Duration.ofMillis(interval), KeepAlive.interval(Duration.ofMillis(ours), peer));
  }
}
