package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;

/**
 * Collects the body of a request, up to a limit. It runs on the connection's loop, and what it
 * holds is counted until {@link #release}.
 *
 * <p>It is copied into one array, which doubles as it grows: however small the pieces that a client
 * sends, a body costs no more than three times what is counted, and only while it moves.
 */
final class RequestBody {

  /** Bytes of credit: the client sends so much ahead of what was looked at. */
  private static final int CREDIT = 16 * 1024;

  /** What an array holds on every Java machine. */
  private static final int LONGEST = Integer.MAX_VALUE - 8;

  private final StreamPort port;
  private final long limit;
  private final Level level;
  private final long mostOfAll;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  // Loop only.
  private byte[] bytes = {};
  private int held;
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
    this.limit = Math.min(limit, LONGEST);
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
              bytes = new byte[0];
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
        outcome.complete(new Outcome.Whole(ByteString.fromArrayUnsafe(bytes, 0, held)));
      }
    }
  }

  private void append(ByteString more) {
    int sum = held + more.length();
    if (sum > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(sum, 2L * bytes.length), limit));
    }
    more.asByteBuffer().get(bytes, held, more.length());
    held = sum;
  }

  private void add(ByteString more) {
    if (more.length() > limit - held) {
      outcome.complete(Outcome.TooLong.INSTANCE);
    } else if (level.value() + more.length() > mostOfAll) {
      outcome.complete(Outcome.NoRoom.INSTANCE);
    } else {
      append(more);
      level.add(more.length());
      port.request(more.length());
    }
  }
}
