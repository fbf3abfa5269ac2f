package dev.ahti.webtransport.handler;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportErrorSource;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportReceiveStreamReader;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportTypeException;
import dev.ahti.webtransport.WebTransportWriter;
import dev.ahti.webtransport.impl.SessionAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a {@link SessionHost}: reads one chunk at a time, and writes one, behind which the
 * others wait as one. Used inside the host only.
 */
final class StreamPump {
  private final SessionHost host;
  private final SessionStream stream;
  private final Level level;
  private final @Nullable WebTransportReceiveStreamReader reader;
  private final @Nullable WebTransportSendStream sink;
  private final @Nullable WebTransportWriter writer;

  /** Whether there is more to come. */
  private boolean receiving;

  /** Whether a chunk is told that was not dealt with. */
  private boolean told;

  /** Whether more may be sent, or waits. */
  private boolean sending;

  private boolean finAsked;
  private boolean finSent;
  private ByteString queue = ByteString.emptyByteString();

  /** Bytes that the stream has not taken: those of the queue, and of the write under way. */
  private long waiting;

  private boolean writing;

  /** Whether something was refused since nothing waited. */
  private boolean refused;

  /** The first end that was not in order. */
  private @Nullable StreamEnd end;

  /** How many streams have to take what was sent on them before this one is read on. */
  private int blockers;

  /** Those that wait for this one. */
  private final List<StreamPump> blocked = new ArrayList<>();

  StreamPump(
      SessionHost host,
      SessionStream stream,
      @Nullable WebTransportReceiveStream readable,
      @Nullable WebTransportSendStream writable) {
    this.host = host;
    this.stream = stream;
    this.level = host.gauges().level(Gauges.HANDLERS_QUEUED_BYTES);
    this.reader = readable == null ? null : readable.getReader();
    this.sink = writable;
    this.writer = writable == null ? null : writable.getWriter();
    this.receiving = reader != null;
    this.sending = writer != null;
  }

  SessionStream stream() {
    return stream;
  }

  /** Hears of the end of what is sent. */
  void begin() {
    if (writer != null) {
      writer
          .closed()
          .whenCompleteAsync(
              (done, failure) -> host.later(() -> sendingOver(failure)), Runnable::run);
    }
  }

  /** Asks for the next bytes, and no more. */
  void pull() {
    WebTransportReceiveStreamReader from = reader;
    if (from != null && receiving) {
      from.read()
          .whenCompleteAsync(
              (bytes, failure) -> host.later(() -> onRead(from, bytes, failure)), Runnable::run);
    }
  }

  private void onRead(
      WebTransportReceiveStreamReader from,
      Optional<ByteString> bytes,
      @Nullable Throwable failure) {
    if (!receiving) {
      return;
    }
    if (failure != null) {
      receivingFailed(HostStreams.unwrapped(failure));
    } else if (bytes.isEmpty()) {
      onFin(ByteString.emptyByteString());
    } else if (endIsKnown(from)) {
      onFin(bytes.get());
    } else {
      told = true;
      host.deliver(new SessionEvent.StreamData(host.ref(), stream, bytes.get()));
    }
  }

  /** Whether the reader has met the end right behind what it gave. */
  private static boolean endIsKnown(WebTransportReceiveStreamReader from) {
    CompletableFuture<Done> closed = from.closed().toCompletableFuture();
    return closed.isDone() && !closed.isCompletedExceptionally();
  }

  /** Streams that were taken at once may end at once: what one was answered holds the next here. */
  private void onFin(ByteString bytes) {
    Gate gate = host.streams().gate();
    if (gate.isOpen()) {
      fin(bytes);
    } else if (receiving) {
      gate.park(() -> onFin(bytes));
    }
  }

  private void fin(ByteString bytes) {
    if (!receiving) {
      return;
    }
    receiving = false;
    host.deliver(new SessionEvent.StreamFin(host.ref(), stream, bytes));
    lookForEnd();
  }

  /** A session that ends says so itself. */
  private void receivingFailed(Throwable failure) {
    if (failure instanceof WebTransportError error
        && error.source() == WebTransportErrorSource.STREAM) {
      receiving = false;
      endedByPeer(new StreamEnd.Reset(error.streamErrorCode()), error.streamErrorCode());
    }
  }

  private void sendingOver(@Nullable Throwable failure) {
    if (!sending) {
      return;
    }
    if (failure == null) {
      sending = false;
      lookForEnd();
    } else if (HostStreams.unwrapped(failure) instanceof WebTransportError error
        && error.source() == WebTransportErrorSource.STREAM) {
      sending = false;
      boolean stopped = sink != null && SessionAccess.stopped(sink);
      endedByPeer(
          stopped ? new StreamEnd.Stopped(error.streamErrorCode()) : new StreamEnd.Failed(error),
          error.streamErrorCode());
    }
  }

  /** The peer has given up a half: the other one ends too. */
  private void endedByPeer(StreamEnd how, OptionalLong code) {
    note(how);
    if (sending && writer != null) {
      writer.abort(code.orElse(0));
    }
    if (receiving && reader != null) {
      reader.cancel(code.orElse(0));
    }
    sending = false;
    receiving = false;
    lookForEnd();
  }

  private void note(StreamEnd how) {
    if (end == null) {
      end = how;
    }
  }

  private void lookForEnd() {
    if (!sending && !receiving) {
      host.streams().over(this, end == null ? StreamEnd.Normal.INSTANCE : end);
    }
  }

  /**
   * Takes bytes to send.
   *
   * @throws RuntimeException when it takes none
   */
  void send(ByteString bytes, boolean fin) {
    requireOpen();
    long most = host.settings().handler().sendQueue();
    // An end alone takes no room, whatever waits before it.
    if (waiting > 0 && !bytes.isEmpty() && waiting + bytes.length() > most) {
      refused = true;
      host.gauges().counter(Gauges.HANDLERS_SENDS_REFUSED).increment();
      throw new WebTransportQuotaExceededException(
          stream
              + ": "
              + bytes.length()
              + " bytes behind "
              + waiting
              + " that wait (expected: at most "
              + most
              + " in all, ahti.session.handler.send-queue)");
    }
    queue = queue.concat(bytes);
    count(bytes.length());
    finAsked = fin;
    flush();
  }

  private void requireOpen() {
    if (!stream.writable()) {
      throw new WebTransportTypeException(stream + ": to be read alone (expected: writable)");
    }
    if (!sending || finAsked) {
      throw new WebTransportInvalidStateException(stream + ": closed for sending (expected: open)");
    }
  }

  private void flush() {
    WebTransportWriter to = writer;
    while (to != null && sending && !writing) {
      if (queue.isEmpty()) {
        if (finAsked && !finSent) {
          finSent = true;
          to.close();
        }
        return;
      }
      int length = queue.length();
      CompletableFuture<Done> write = to.write(queue).toCompletableFuture();
      queue = ByteString.emptyByteString();
      if (write.isDone()) {
        count(-length);
      } else {
        writing = true;
        write.whenComplete((done, failure) -> host.later(() -> written(length)));
      }
    }
  }

  /** Taken, or failed, of which the writer's end tells. */
  private void written(int length) {
    writing = false;
    if (waiting > 0) {
      count(-length);
      flush();
      lookForRoom();
    }
  }

  private void count(long bytes) {
    waiting += bytes;
    level.add(bytes);
  }

  /** Those that wait for this stream are read on once it has taken all, or has ended. */
  private void lookForRoom() {
    if (waiting > 0) {
      return;
    }
    List<StreamPump> free = List.copyOf(blocked);
    blocked.clear();
    free.forEach(StreamPump::unblocked);
    host.streams().free(this);
    if (refused && sending) {
      refused = false;
      host.deliver(new SessionEvent.StreamWritable(host.ref(), stream));
    }
  }

  /** Whether bytes wait on it. */
  boolean isWaiting() {
    return waiting > 0;
  }

  private void unblocked() {
    blockers--;
    if (blockers == 0) {
      pull();
    }
  }

  /** What was told is dealt with: reads on when these streams have taken what was sent on them. */
  void readOnBehind(Set<StreamPump> others) {
    if (!told) {
      return;
    }
    told = false;
    for (StreamPump other : others) {
      if (other.waiting > 0) {
        blockers++;
        other.blocked.add(this);
      }
    }
    if (blockers == 0) {
      pull();
    }
  }

  /**
   * Resets what this side sends.
   *
   * @throws RuntimeException when it sends nothing any more
   */
  void reset(long code) {
    requireSending();
    sending = false;
    note(new StreamEnd.Reset(OptionalLong.of(code)));
    if (writer != null) {
      writer.abort(code);
    }
    drop();
    lookForEnd();
  }

  private void requireSending() {
    if (!stream.writable()) {
      throw new WebTransportTypeException(stream + ": to be read alone (expected: writable)");
    }
    if (!sending) {
      throw new WebTransportInvalidStateException(stream + ": closed for sending (expected: open)");
    }
  }

  /**
   * Wants no more of the peer's half.
   *
   * @throws RuntimeException when nothing comes any more
   */
  void stopSending(long code) {
    if (reader == null) {
      throw new WebTransportTypeException(stream + ": to be written alone (expected: readable)");
    }
    if (!receiving) {
      throw new WebTransportInvalidStateException(
          stream + ": its end has come (expected: more to come)");
    }
    receiving = false;
    note(new StreamEnd.Stopped(OptionalLong.of(code)));
    reader.cancel(code);
    lookForEnd();
  }

  /** Forgets what waits, and lets those go on that wait for it. */
  private void drop() {
    queue = ByteString.emptyByteString();
    count(-waiting);
    lookForRoom();
  }

  /** The stream, or its session, is over. */
  void letGo() {
    sending = false;
    receiving = false;
    drop();
  }
}
