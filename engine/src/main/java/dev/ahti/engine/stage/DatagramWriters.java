package dev.ahti.engine.stage;

import dev.ahti.engine.spi.DatagramWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Lets several producers send the datagrams of one session side by side: the port knows one
 * producer and one wake-up, so they take turns at it and share what wakes them.
 *
 * <p>A writer is held only while somebody waits for its wake-ups: as many as the application runs
 * sinks.
 */
public final class DatagramWriters {
  private final DatagramWriter port;

  // A lock, because "the port said no" and "this writer waits" must be one step for the wake-up.
  private final Object lock = new Object();
  private final Set<Writer> writers = new LinkedHashSet<>();

  /** For one session's port, whose sending half nobody else uses from now on. */
  public DatagramWriters(DatagramWriter port) {
    this.port = port;
    port.onWritable(this::wake);
  }

  /** One more producer. */
  public DatagramWriter newWriter() {
    return new Writer();
  }

  /** Called on the loop: room again for those that were told no, or the end for all. */
  private void wake() {
    boolean ended = port.ended() != null;
    List<Runnable> wakes = new ArrayList<>();
    synchronized (lock) {
      for (Writer writer : writers) {
        if (ended || writer.waiting) {
          writer.waiting = false;
          wakes.add(writer.wake);
        }
      }
    }
    wakes.forEach(Runnable::run);
  }

  private final class Writer implements DatagramWriter {
    private Runnable wake = StreamLogic.NOBODY;
    private boolean waiting;

    @Override
    public void onWritable(Runnable wake) {
      synchronized (lock) {
        this.wake = wake;
        if (wake == StreamLogic.NOBODY) {
          writers.remove(this);
        } else {
          writers.add(this);
        }
      }
    }

    @Override
    public boolean offer(ByteString payload) {
      synchronized (lock) {
        boolean more = port.offer(payload);
        waiting = !more;
        return more;
      }
    }

    @Override
    public @Nullable String ended() {
      return port.ended();
    }
  }
}
