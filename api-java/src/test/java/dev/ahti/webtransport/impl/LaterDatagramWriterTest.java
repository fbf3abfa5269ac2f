package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.engine.spi.DatagramLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What waits for a session that is not there yet, in virtual time. */
@DisplayName("W3C WebTransport, sections 4 and 5.4: outgoing datagrams while connecting")
class LaterDatagramWriterTest {
  private static final long MILLI = 1_000_000;

  private final CompletableFuture<SessionHandle> established = new CompletableFuture<>();
  private final GaugeRegistry gauges = new GaugeRegistry();
  private final ManualClock clock = new ManualClock();
  private final List<String> outcomes = new ArrayList<>();
  private DatagramLimits limits = new DatagramLimits(2, 10 * MILLI, 3);
  private final EarlyDatagrams early =
      new EarlyDatagrams(() -> limits, DatagramGauges.of(gauges), clock);
  private final LaterDatagramWriter writer = new LaterDatagramWriter(established, early);

  /** One timer, which is what there may be. */
  private static final class ManualClock implements EarlyDatagrams.Clock {
    private long now = -5;
    private long due;
    private @Nullable Runnable task;

    @Override
    public long now() {
      return now;
    }

    @Override
    public Cancellable after(Duration delay, Runnable newTask) {
      assertFalse(isArmed(), "one timer at a time");
      due = now + delay.toNanos();
      task = newTask;
      return new Cancellable() {
        @Override
        public boolean cancel() {
          boolean mine = task == newTask;
          task = mine ? null : task;
          return mine;
        }

        @Override
        public boolean isCancelled() {
          return task != newTask;
        }
      };
    }

    boolean isArmed() {
      return task != null;
    }

    void advance(long nanos) {
      now += nanos;
      Runnable due = task;
      if (due != null && this.due - now <= 0) {
        task = null;
        due.run();
      }
    }
  }

  @AfterEach
  void nothingIsLeftOnceItIsKnownThatThereIsNoSession() {
    established.completeExceptionally(new IllegalStateException("no session"));
    assertEquals(0, gauges.level(Gauges.DATAGRAMS_WAITING_OUTGOING).value());
    assertFalse(clock.isArmed());
  }

  private boolean offer(LaterDatagramWriter to, String name, long age) {
    return to.offer(
        ByteString.fromString(name), age, outcome -> outcomes.add(name + " " + outcome));
  }

  @Test
  void whatIsTooOldGoesByItself() {
    assertTrue(offer(writer, "a", 0));
    clock.advance(4 * MILLI);
    assertFalse(offer(writer, "b", 0));
    assertEquals(2, gauges.level(Gauges.DATAGRAMS_WAITING_OUTGOING).value());
    clock.advance(6 * MILLI);
    assertEquals(List.of(), outcomes, "exactly the age is not above it");
    clock.advance(1);
    assertEquals(List.of("a EXPIRED"), outcomes);
    assertEquals(1, gauges.level(Gauges.DATAGRAMS_WAITING_OUTGOING).value());
    clock.advance(4 * MILLI);
    assertEquals(List.of("a EXPIRED", "b EXPIRED"), outcomes);
    assertFalse(clock.isArmed());
    assertEquals(2, gauges.counter(Gauges.DATAGRAMS_EXPIRED_OUTGOING).value());
    assertEquals(2, early.expired());
  }

  @Test
  void theAgeOfBeforeCountsToo() {
    offer(writer, "old", 9 * MILLI);
    clock.advance(MILLI + 1);
    assertEquals(List.of("old EXPIRED"), outcomes);
  }

  @Test
  void anAgeThatIsSetCountsForWhatWaits() {
    limits = new DatagramLimits(2, 0, 3);
    offer(writer, "a", 0);
    assertFalse(clock.isArmed());
    clock.advance(4 * MILLI);
    limits = new DatagramLimits(2, 3 * MILLI, 3);
    early.look();
    assertEquals(List.of("a EXPIRED"), outcomes);
    offer(writer, "b", 0);
    limits = new DatagramLimits(2, 0, 3);
    early.look();
    assertFalse(clock.isArmed());
    clock.advance(40 * MILLI);
    assertEquals(List.of("a EXPIRED"), outcomes);
  }

  @Test
  void oneTimerServesAllWritersOfASession() {
    LaterDatagramWriter other = new LaterDatagramWriter(established, early);
    offer(writer, "a", 0);
    offer(other, "older", 5 * MILLI);
    clock.advance(5 * MILLI + 1);
    assertEquals(List.of("older EXPIRED"), outcomes);
    clock.advance(5 * MILLI);
    assertEquals(List.of("older EXPIRED", "a EXPIRED"), outcomes);
  }

  @Test
  void whoWaitsForRoomIsWokenWhenTheOldHaveGone() {
    List<String> woken = new ArrayList<>();
    writer.onWritable(() -> woken.add("writable"));
    offer(writer, "a", 0);
    assertFalse(offer(writer, "b", 0));
    clock.advance(10 * MILLI + 1);
    assertEquals(List.of("writable"), woken);
    assertEquals(2, writer.room());
  }

  @Test
  void theBoundOfTheSessionHoldsForAllItsWriters() {
    LaterDatagramWriter other = new LaterDatagramWriter(established, early);
    offer(writer, "a", 0);
    offer(writer, "b", 0);
    offer(other, "c", 0);
    offer(other, "d", 0);
    assertEquals(List.of("c DROPPED"), outcomes);
    other.policy(DatagramPolicy.DROP_NEWEST);
    offer(other, "e", 0);
    assertEquals(List.of("c DROPPED", "e DROPPED"), outcomes);
    assertEquals(3, gauges.level(Gauges.DATAGRAMS_WAITING_OUTGOING).value());
    assertEquals(2, early.dropped());
  }

  @Test
  void whatWaitsIsDroppedWhenThereWillBeNoSession() {
    offer(writer, "a", 0);
    established.completeExceptionally(new IllegalStateException("no session"));
    assertEquals(List.of("a " + DatagramOutcome.DROPPED), outcomes);
    assertFalse(offer(writer, "b", 0));
    assertEquals(List.of("a DROPPED", "b DROPPED"), outcomes);
  }
}
