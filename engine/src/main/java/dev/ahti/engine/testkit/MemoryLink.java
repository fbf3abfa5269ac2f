package dev.ahti.engine.testkit;

import dev.ahti.engine.gauge.GaugeRegistry;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Random;

/**
 * What lies between the two ends of a connection, and the faults a test can cause there. The calls
 * may come from any thread and take effect on the loop, in their order.
 */
public final class MemoryLink {
  /** Datagrams on their way in one direction; one more is lost, as in a router's queue. */
  static final int DATAGRAMS_IN_FLIGHT = 4096;

  private final VirtualLoop loop;
  private final Random random;
  private final MemoryConnection client;
  private final MemoryConnection server;

  // Loop only.
  private final Direction toServer = new Direction();
  private final Direction toClient = new Direction();
  private LinkConditions conditions;
  private boolean paused;
  private boolean cut;
  private volatile boolean over;

  private static final class Direction {
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    private long lastArrival = Long.MIN_VALUE;
    private int datagrams;
  }

  /** What one end is made of. */
  record End(
      MemoryLoop loop, InetSocketAddress remote, Map<Long, Long> settings, GaugeRegistry gauges) {}

  MemoryLink(
      VirtualLoop loop,
      Random random,
      LinkConditions conditions,
      MemorySettings settings,
      End client,
      End server) {
    this.loop = loop;
    this.random = random;
    this.conditions = conditions;
    this.client = new MemoryConnection(this, true, settings, client);
    this.server = new MemoryConnection(this, false, settings, server);
  }

  /** The end that dialled. */
  public MemoryConnection client() {
    return client;
  }

  /** The end that was dialled. */
  public MemoryConnection server() {
    return server;
  }

  /** From now on what is sent is treated like this; what is on its way is not. */
  public void conditions(LinkConditions now) {
    run(() -> conditions = now);
  }

  /** Nothing arrives any more, in both directions, until {@link #resume()}. Datagrams are lost. */
  public void pause() {
    run(() -> paused = true);
  }

  /** What was held arrives, in order. */
  public void resume() {
    run(
        () -> {
          paused = false;
          release(toServer);
          release(toClient);
        });
  }

  /** Both ends lose the connection at once, without a word from the other; as after a time-out. */
  public void cut(String why) {
    run(
        () -> {
          cut = true;
          client.shut(0, why, false);
          server.shut(0, why, false);
        });
  }

  /** Whether both ends have closed. Any thread. */
  boolean isOver() {
    return over;
  }

  /** An end has closed. Loop only. */
  void ended() {
    over = client.isClosed() && server.isClosed();
  }

  MemoryConnection peerOf(MemoryConnection end) {
    return end == client ? server : client;
  }

  LinkConditions conditions() {
    return conditions;
  }

  /** Carries something reliably and in order. Loop only. */
  void carry(MemoryConnection to, Runnable arrival) {
    Direction direction = direction(to);
    if (paused) {
      direction.held.add(arrival);
    } else {
      schedule(direction, arrival);
    }
  }

  /** Carries a datagram, or loses, doubles or delays it. Loop only. */
  void carryDatagram(MemoryConnection to, Runnable arrival) {
    // Always the same number of draws, so that changing one part does not change the others.
    boolean lost = random.nextDouble() < conditions.loss();
    boolean twice = random.nextDouble() < conditions.duplication();
    boolean late = random.nextDouble() < conditions.reordering();
    if (!paused && !lost) {
      long delay = conditions.latency().toNanos();
      long longer = late ? delay + conditions.reorderDelay().toNanos() : delay;
      send(direction(to), longer, arrival);
      if (twice) {
        send(direction(to), delay, arrival);
      }
    }
  }

  private void send(Direction direction, long delay, Runnable arrival) {
    if (direction.datagrams < DATAGRAMS_IN_FLIGHT) {
      direction.datagrams++;
      loop.scheduleAt(
          loop.nanoTime() + delay,
          () -> {
            direction.datagrams--;
            arrive(arrival);
          });
    }
  }

  private void schedule(Direction direction, Runnable arrival) {
    long at = loop.nanoTime() + conditions.latency().toNanos();
    // A latency that became shorter lets nothing overtake.
    if (direction.lastArrival != Long.MIN_VALUE && at - direction.lastArrival < 0) {
      at = direction.lastArrival;
    }
    direction.lastArrival = at;
    loop.scheduleAt(at, () -> arrive(arrival));
  }

  private void arrive(Runnable arrival) {
    if (!cut) {
      arrival.run();
    }
  }

  private void release(Direction direction) {
    Runnable next;
    while ((next = direction.held.poll()) != null) {
      schedule(direction, next);
    }
  }

  private Direction direction(MemoryConnection to) {
    return to == server ? toServer : toClient;
  }

  private void run(Runnable task) {
    if (loop.inLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }
}
