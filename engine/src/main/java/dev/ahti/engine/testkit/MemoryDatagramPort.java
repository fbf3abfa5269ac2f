package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramStats;
import dev.ahti.engine.spi.StreamLoop;
import java.util.ArrayDeque;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The datagrams of one session in memory: a bounded ring each way, under one lock. */
final class MemoryDatagramPort implements DatagramPort {
  private static final Runnable NOBODY = () -> {};

  private final MemoryConnection connection;
  private final long sessionId;
  private final int capacity;
  private final int maxSize;
  private final MemoryGauges gauges;

  private final Object lock = new Object();
  private final ArrayDeque<ByteString> incoming = new ArrayDeque<>();
  private final ArrayDeque<ByteString> outgoing = new ArrayDeque<>();
  private Runnable readable = NOBODY;
  private Runnable writable = NOBODY;
  private boolean readArmed;
  private boolean writeArmed;
  private boolean pumping;
  private @Nullable String ended;
  private long received;
  private long droppedIncoming;
  private long sent;
  private long droppedOutgoing;
  private long oversized;

  MemoryDatagramPort(MemoryConnection connection, long sessionId) {
    this.connection = connection;
    this.sessionId = sessionId;
    this.capacity = connection.settings().datagramQueue();
    this.maxSize = connection.settings().datagramSize();
    this.gauges = connection.gauges();
  }

  @Override
  public StreamLoop loop() {
    return connection.loop();
  }

  @Override
  public int maxSize() {
    return maxSize;
  }

  @Override
  public void onReadable(Runnable wake) {
    synchronized (lock) {
      readable = wake;
    }
  }

  @Override
  public @Nullable ByteString poll() {
    synchronized (lock) {
      ByteString next = incoming.poll();
      if (next == null) {
        readArmed = true;
      } else {
        gauges.datagramsWaiting().decrement();
      }
      return next;
    }
  }

  @Override
  public void onWritable(Runnable wake) {
    synchronized (lock) {
      writable = wake;
    }
  }

  @Override
  public boolean offer(ByteString payload) {
    synchronized (lock) {
      if (ended != null) {
        return false;
      }
      if (payload.length() > maxSize) {
        oversized++;
        gauges.datagramsDroppedOutgoing().increment();
      } else {
        if (outgoing.size() >= capacity) {
          outgoing.remove();
          droppedOutgoing(1);
        }
        outgoing.add(payload);
        if (!pumping) {
          pumping = true;
          connection.loop().execute(this::pump);
        }
      }
      writeArmed = outgoing.size() >= capacity;
      return !writeArmed;
    }
  }

  @Override
  public @Nullable String ended() {
    synchronized (lock) {
      return ended;
    }
  }

  @Override
  public void close(String why) {
    synchronized (lock) {
      if (ended != null) {
        return;
      }
      ended = why;
      gauges.datagramsWaiting().add(-incoming.size());
      incoming.clear();
      droppedOutgoing(outgoing.size());
      outgoing.clear();
    }
    connection
        .loop()
        .execute(
            () -> {
              reader().run();
              writer().run();
            });
  }

  @Override
  public DatagramStats stats() {
    synchronized (lock) {
      return new DatagramStats(received, droppedIncoming, sent, droppedOutgoing, oversized);
    }
  }

  /** One came for this session; the oldest makes room for it. Loop only. */
  void arrived(ByteString payload) {
    Runnable wake = NOBODY;
    synchronized (lock) {
      if (ended != null) {
        return;
      }
      received++;
      gauges.datagramsReceived().increment();
      if (incoming.size() >= capacity) {
        incoming.remove();
        droppedIncoming++;
        gauges.datagramsDroppedIncoming().increment();
      } else {
        gauges.datagramsWaiting().increment();
      }
      incoming.add(payload);
      if (readArmed) {
        readArmed = false;
        wake = readable;
      }
    }
    wake.run();
  }

  /** Hands what waits to the link, unless the link takes none just now. Loop only. */
  void pump() {
    Runnable wake = NOBODY;
    synchronized (lock) {
      pumping = false;
      if (connection.holdsDatagrams()) {
        return;
      }
      ByteString next;
      while ((next = outgoing.poll()) != null) {
        sent++;
        gauges.datagramsSent().increment();
        connection.sendDatagram(sessionId, next);
      }
      if (writeArmed) {
        writeArmed = false;
        wake = writable;
      }
    }
    wake.run();
  }

  private void droppedOutgoing(int count) {
    droppedOutgoing += count;
    gauges.datagramsDroppedOutgoing().add(count);
  }

  private Runnable reader() {
    synchronized (lock) {
      return readable;
    }
  }

  private Runnable writer() {
    synchronized (lock) {
      return writable;
    }
  }
}
