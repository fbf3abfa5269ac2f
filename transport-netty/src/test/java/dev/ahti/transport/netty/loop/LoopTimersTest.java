package dev.ahti.transport.netty.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Level;
import dev.ahti.transport.netty.PortProbe;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTimersTest {
  private static final long NEVER = TimeUnit.HOURS.toNanos(1);

  private final DefaultEventLoop loop = new DefaultEventLoop();
  private final Level pending = new GaugeRegistry().level("timers");
  private final LoopTimers timers = new LoopTimers(loop, pending);

  @AfterEach
  void end() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void timerIsCountedUntilItHasRun() {
    ScheduledFuture<?> timer = timers.schedule(() -> assertEquals(1, pending.value()), 0);
    timer.syncUninterruptibly();
    PortProbe.await(() -> pending.value() == 0);
  }

  @Test
  void timerIsCountedUntilItHasFailed() {
    ScheduledFuture<?> timer =
        timers.schedule(
            () -> {
              throw new IllegalStateException("thrown by a test");
            },
            0);
    assertThrows(IllegalStateException.class, timer::syncUninterruptibly);
    PortProbe.await(() -> pending.value() == 0);
  }

  @Test
  void timerIsCountedUntilItIsCancelledAndOnce() {
    ScheduledFuture<?> timer = timers.schedule(() -> {}, NEVER);
    assertEquals(1, pending.value());
    timer.cancel(false);
    timer.cancel(false);
    PortProbe.await(() -> pending.value() == 0);
  }

  @Test
  void repeatedTimerIsCountedOnceAsLongAsItRepeats() {
    AtomicInteger runs = new AtomicInteger();
    ScheduledFuture<?> timer = timers.scheduleRepeatedly(runs::incrementAndGet, 1);
    PortProbe.await(() -> runs.get() > 2);
    assertEquals(1, pending.value());
    timer.cancel(false);
    PortProbe.await(() -> pending.value() == 0);
  }

  @Test
  void endOfTheLoopEndsItsTimers() {
    timers.schedule(() -> {}, NEVER);
    timers.scheduleRepeatedly(() -> {}, NEVER);
    assertEquals(2, pending.value());
    end();
    assertEquals(0, pending.value());
    assertThrows(RejectedExecutionException.class, () -> timers.schedule(() -> {}, NEVER));
    assertEquals(0, pending.value());
  }
}
