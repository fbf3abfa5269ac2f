package dev.ahti.engine.testkit;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.QueuedDatagram;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.QueuedDatagrams;
import dev.ahti.engine.spi.StreamLoop;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** The datagrams of one session in memory: the link takes all, unless it takes none just now. */
final class MemoryDatagramPort extends QueuedDatagrams {
  private final MemoryConnection connection;
  private final long sessionId;
  private final AtomicBoolean requested = new AtomicBoolean();

  MemoryDatagramPort(MemoryConnection connection, long sessionId) {
    super(
        connection.gauges().datagrams(),
        DatagramLimits.of(connection.settings().datagramQueue()),
        DatagramLimits.of(connection.settings().datagramQueue()));
    this.connection = connection;
    this.sessionId = sessionId;
  }

  @Override
  public StreamLoop loop() {
    return connection.loop();
  }

  @Override
  public int maxSize() {
    return connection.settings().datagramSize();
  }

  @Override
  protected void requestSend() {
    if (requested.compareAndSet(false, true)) {
      connection.loop().execute(this::pump);
    }
  }

  @Override
  protected Runnable schedule(Runnable task, long nanos) {
    AtomicBoolean cancelled = new AtomicBoolean();
    connection
        .loop()
        .virtual()
        .schedule(
            Duration.ofNanos(nanos),
            () -> {
              if (!cancelled.get()) {
                task.run();
              }
            });
    return () -> cancelled.set(true);
  }

  @Override
  protected void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException failure) {
      // The loop logs it.
      connection
          .loop()
          .execute(
              () -> {
                throw failure;
              });
    }
  }

  /** Hands what waits to the link, unless the link takes none just now. Loop only. */
  void pump() {
    requested.set(false);
    if (ended() != null) {
      return;
    }
    QueuedDatagram next;
    while (!connection.holdsDatagrams() && (next = nextOutgoing()) != null) {
      settled(next, DatagramOutcome.SENT);
      connection.sendDatagram(sessionId, next.payload());
    }
    afterSending();
  }
}
