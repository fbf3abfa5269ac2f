package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;

/**
 * Collects the body of a request, up to a limit. It runs on the connection's loop, and what it
 * holds is counted until {@link #release}.
 */
final class RequestBody {

  /** Bytes of credit: the client sends so much ahead of what was looked at. */
  private static final int CREDIT = 16 * 1024;

  private final StreamPort port;
  private final long limit;
  private final Level level;
  private final long mostOfAll;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  // Loop only.
  private ByteString bytes = ByteString.emptyByteString();
  private long held;
  private boolean released;
  private boolean ended;

  /** What became of it. */
  sealed interface Outcome {

    /** All of it came. */
    record Whole(ByteString bytes) implements Outcome {}

    /** It is longer than it may be. */
    enum TooLong implements Outcome {
      INSTANCE
    }

    /** Too much is held of other requests. */
    enum NoRoom implements Outcome {
      INSTANCE
    }
  }

  /**
   * Of one request.
   *
   * @param limit bytes of it at most
   * @param level counts what is held of all requests
   * @param mostOfAll bytes that may be held of all requests
   */
  RequestBody(StreamPort port, long limit, Level level, long mostOfAll) {
    this.port = port;
    this.limit = limit;
    this.level = level;
    this.mostOfAll = mostOfAll;
  }

  /**
   * Starts to read.
   *
   * @return completes on the loop; not at all when the client goes away, of which its observer
   *     hears
   */
  CompletableFuture<Outcome> read() {
    port.loop()
        .execute(
            () -> {
              port.onReadable(this::pump);
              port.request(CREDIT);
              pump();
            });
    return outcome;
  }

  /** Whether all of it is there, or it is known that it never will be. Any thread. */
  boolean isDone() {
    return outcome.isDone();
  }

  /** It is not needed any more. Any thread. */
  void release() {
    port.loop()
        .execute(
            () -> {
              released = true;
              level.add(-held);
              held = 0;
              bytes = ByteString.emptyByteString();
            });
  }

  private void pump() {
    while (!ended && !outcome.isDone() && !released) {
      Inbound next = port.poll();
      if (next == null) {
        return;
      }
      ended = next.isEnd();
      if (next instanceof Inbound.Data data) {
        add(data.bytes());
      } else if (next == Inbound.Fin.INSTANCE) {
        outcome.complete(new Outcome.Whole(bytes));
      }
    }
  }

  private void add(ByteString more) {
    if (held + more.length() > limit) {
      outcome.complete(Outcome.TooLong.INSTANCE);
    } else if (level.value() + more.length() > mostOfAll) {
      outcome.complete(Outcome.NoRoom.INSTANCE);
    } else {
      held += more.length();
      level.add(more.length());
      bytes = bytes.concat(more);
      port.request(more.length());
    }
  }
}
