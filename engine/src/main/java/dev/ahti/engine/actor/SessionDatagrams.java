package dev.ahti.engine.actor;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramStats;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.spi.StreamLoop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The transport's datagrams, as a session has them: they end with the session and not with the
 * connection, which may be gone before the session has read the CLOSE that came just before.
 * Whoever sees the end finds out how the session ended.
 */
final class SessionDatagrams implements DatagramPort {
  private final DatagramPort port;
  private final Writer writer;
  private volatile Runnable readable = () -> {};
  private volatile @Nullable String ended;

  /** Who is told of the end. Guarded by itself. */
  private final Set<Writer> wakeable = new LinkedHashSet<>();

  /**
   * For one session.
   *
   * @param settings its bounds, until the application sets others
   */
  SessionDatagrams(DatagramPort port, EngineSettings.Datagrams settings) {
    this.port = port;
    this.writer = new Writer(port);
    port.limitIncoming(settings.incoming());
    port.limitOutgoing(settings.outgoing());
  }

  @Override
  public StreamLoop loop() {
    return port.loop();
  }

  @Override
  public int maxSize() {
    return port.maxSize();
  }

  @Override
  public void deliver(ByteString payload) {
    port.deliver(payload);
  }

  @Override
  public void onReadable(Runnable wake) {
    readable = wake;
    port.onReadable(wake);
  }

  @Override
  public @Nullable ByteString poll() {
    return port.poll();
  }

  @Override
  public @Nullable ByteString peek() {
    return port.peek();
  }

  @Override
  public boolean take(ByteString peeked) {
    return port.take(peeked);
  }

  @Override
  public void limitIncoming(DatagramLimits limits) {
    port.limitIncoming(limits);
  }

  @Override
  public void incomingPolicy(DatagramPolicy policy) {
    port.incomingPolicy(policy);
  }

  @Override
  public void limitOutgoing(DatagramLimits limits) {
    port.limitOutgoing(limits);
  }

  @Override
  public void whenSent(Runnable task) {
    port.whenSent(task);
  }

  @Override
  public DatagramWriter newWriter() {
    return new Writer(port.newWriter());
  }

  @Override
  public void onWritable(Runnable wake) {
    writer.onWritable(wake);
  }

  @Override
  public void leave() {
    writer.leave();
  }

  @Override
  public boolean offer(ByteString payload, long age, @Nullable Consumer<DatagramOutcome> outcome) {
    return port.offer(payload, age, outcome);
  }

  @Override
  public void priority(SendPriority priority) {
    port.priority(priority);
  }

  @Override
  public void policy(DatagramPolicy policy) {
    port.policy(policy);
  }

  @Override
  public int room() {
    return port.room();
  }

  @Override
  public void discard() {
    port.discard();
  }

  @Override
  public @Nullable String ended() {
    return ended;
  }

  @Override
  public void close(String why) {
    if (ended != null) {
      return;
    }
    port.close(why);
    ended = why;
    // The port may have told its own end long ago.
    loop().execute(readable);
    for (Writer each : takeWakeable()) {
      loop().execute(each.wake);
    }
  }

  private List<Writer> takeWakeable() {
    synchronized (wakeable) {
      return List.copyOf(wakeable);
    }
  }

  @Override
  public DatagramStats stats() {
    return port.stats();
  }

  /** One of the port's, with the end of the session. */
  private final class Writer implements DatagramWriter {
    private final DatagramWriter inner;
    private volatile Runnable wake = () -> {};

    Writer(DatagramWriter inner) {
      this.inner = inner;
    }

    @Override
    public void onWritable(Runnable newWake) {
      wake = newWake;
      synchronized (wakeable) {
        wakeable.add(this);
      }
      inner.onWritable(newWake);
    }

    @Override
    public void leave() {
      inner.leave();
      synchronized (wakeable) {
        wakeable.remove(this);
      }
    }

    @Override
    public boolean offer(
        ByteString payload, long age, @Nullable Consumer<DatagramOutcome> outcome) {
      return inner.offer(payload, age, outcome);
    }

    @Override
    public void priority(SendPriority priority) {
      inner.priority(priority);
    }

    @Override
    public void policy(DatagramPolicy policy) {
      inner.policy(policy);
    }

    @Override
    public int room() {
      return inner.room();
    }

    @Override
    public void discard() {
      inner.discard();
    }

    @Override
    public @Nullable String ended() {
      return ended;
    }
  }
}
