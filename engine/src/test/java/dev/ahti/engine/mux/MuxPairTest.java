package dev.ahti.engine.mux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.session.Role;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two muxes back to back over pipes that cut the bytes anywhere, with two applications that do
 * things at random. Nothing is lost, reordered, told twice or held without bound, no rule is
 * broken, and nothing waits for ever. The seed is in the name of each run.
 */
@DisplayName("two muxes, whatever their applications do")
class MuxPairTest {
  private static final int STEPS = 3000;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  private static MuxLimits anyLimits(Random random) {
    long data = 1 + random.nextInt(1 << random.nextInt(15));
    long stream = 1 + random.nextInt(1 << random.nextInt(14));
    return new MuxLimits(
        new InitialLimits(data, 1 + random.nextInt(10), 1 + random.nextInt(10)),
        StreamLimits.of(stream));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void agree(long seed) {
    Random random = new Random(seed);
    play(random, anyLimits(random), anyLimits(random), 1 + random.nextInt(4000), STEPS);
  }

  /** Windows of one byte, pipes shorter than a capsule: slow, and never stuck. */
  @ParameterizedTest(name = "window {0}, pipe {1}")
  @CsvSource({"1, 1", "1, 5", "2, 1", "3, 7", "1, 4000"})
  void goOnHoweverSmallTheWindows(long window, int pipe) {
    MuxLimits limits = new MuxLimits(new InitialLimits(window, 1, 1), StreamLimits.of(window));
    play(new Random(window * 31 + pipe), limits, limits, pipe, 400);
  }

  private static void play(
      Random random, MuxLimits ofClient, MuxLimits ofServer, int pipe, int steps) {
    MuxPlayer client = new MuxPlayer(Role.CLIENT, ofClient, ofServer, random);
    MuxPlayer server = new MuxPlayer(Role.SERVER, ofServer, ofClient, random);
    for (int step = 0; step < steps; step++) {
      MuxPlayer one = random.nextBoolean() ? client : server;
      switch (random.nextInt(3)) {
        case 0 -> one.act();
        case 1 -> one.writeTo(pipe);
        default -> one.carryTo(one == client ? server : client);
      }
    }
    settle(client, server, pipe);
    client.check(server);
    server.check(client);
  }

  /** Lets everything end that has begun. */
  private static void settle(MuxPlayer client, MuxPlayer server, int pipe) {
    boolean moved = true;
    for (int round = 0; moved; round++) {
      assertTrue(round < 2_000_000, "it does not come to an end");
      client.finishAll();
      server.finishAll();
      client.consume(Long.MAX_VALUE);
      server.consume(Long.MAX_VALUE);
      moved = client.writeTo(pipe);
      moved |= server.writeTo(pipe);
      moved |= client.carryTo(server);
      moved |= server.carryTo(client);
    }
  }
}
