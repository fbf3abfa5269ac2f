package dev.ahti.transport.netty;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.WriteEnd;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.pekko.util.ByteString;

/** Uses a port from the test's thread, waiting for wake-ups as a stage does. */
public final class PortProbe {
  /** Bytes that it asks for at a time. */
  static final int CREDIT = 64 * 1024;

  private final StreamPort port;
  private final LinkedBlockingQueue<String> readable = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<String> writable = new LinkedBlockingQueue<>();

  public PortProbe(StreamPort port) {
    this.port = port;
    port.onReadable(() -> readable.add("wake"));
    port.onWritable(() -> writable.add("wake"));
  }

  public StreamPort port() {
    return port;
  }

  /** The next thing; asks for more when there is none. */
  public Inbound next() {
    for (; ; ) {
      Inbound next = port.poll();
      if (next != null) {
        return next;
      }
      port.request(CREDIT);
      next = port.poll();
      if (next != null) {
        return next;
      }
      await(readable, "nothing came");
    }
  }

  /** All bytes up to FIN. */
  public ByteString all() {
    ByteString bytes = ByteString.emptyByteString();
    Inbound next;
    while ((next = next()) instanceof Inbound.Data data) {
      bytes = bytes.concat(data.bytes());
    }
    if (next != Inbound.Fin.INSTANCE) {
      throw new AssertionError("ended with " + next);
    }
    return bytes;
  }

  /** As many bytes, at least. */
  public ByteString bytes(int count) {
    ByteString bytes = ByteString.emptyByteString();
    while (bytes.length() < count) {
      Inbound next = next();
      if (!(next instanceof Inbound.Data data)) {
        throw new AssertionError("after " + bytes.length() + " bytes: " + next);
      }
      bytes = bytes.concat(data.bytes());
    }
    return bytes;
  }

  /** How the stream ends for the reader, after whatever data. */
  public Inbound end() {
    Inbound next;
    do {
      next = next();
    } while (!next.isEnd());
    return next;
  }

  /** Offers, and waits when asked to. */
  public void write(ByteString bytes) {
    if (!port.offer(bytes)) {
      await(writable, "no room");
    }
  }

  /** How the sending half ended. */
  public WriteEnd writeEnd() {
    WriteEnd end;
    while ((end = port.ended()) == null) {
      await(writable, "not ended");
    }
    return end;
  }

  /** Waits for what has no wake-up. */
  public static void await(BooleanSupplier condition) {
    if (!holds(condition)) {
      throw new AssertionError("waited in vain");
    }
  }

  /** Whether it holds in due time. */
  static boolean holds(BooleanSupplier condition) {
    return holdsWithin(Duration.ofSeconds(20), condition);
  }

  /** Whether it holds within a time. */
  static boolean holdsWithin(Duration time, BooleanSupplier condition) {
    long deadline = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return true;
  }

  private static void await(LinkedBlockingQueue<String> wakes, String otherwise) {
    try {
      if (wakes.poll(10, TimeUnit.SECONDS) == null) {
        throw new AssertionError(otherwise);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
