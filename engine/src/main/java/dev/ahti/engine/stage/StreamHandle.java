package dev.ahti.engine.stage;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.StreamPort;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * One WebTransport stream as the session hands it to the API: its port, its dialect, its actor.
 *
 * <p>Each half can be materialized once, because bytes that were given to one consumer cannot be
 * given to another; the claims are kept here. Any thread.
 */
public final class StreamHandle {
  private static final int READ = 1;
  private static final int WRITE = 2;

  private final StreamPort port;
  private final Dialect dialect;
  private final long sessionId;
  private final StreamControl control;
  private final long receiveCredit;
  private volatile SendPriority priority = SendPriority.DEFAULT;
  private final StreamCalls calls;
  private final AtomicInteger claims = new AtomicInteger();

  // Guarded by this; only of a stream of which somebody has asked.
  private @Nullable CompletableFuture<Done> writeEnded;
  private final Undelivered undelivered;

  /**
   * Puts the parts together.
   *
   * @param port where the stream's bytes go
   * @param dialect translates application codes to the wire's and back
   * @param sessionId the session that the stream belongs to
   * @param control ends the stream from outside the stages
   * @param receiveCredit bytes of credit that the receiving stage grants for one demand, above zero
   * @param calls bounds those who read or write without a stage
   * @param undelivered what has arrived and was not given to the reader
   */
  public StreamHandle(
      StreamPort port,
      Dialect dialect,
      long sessionId,
      StreamControl control,
      long receiveCredit,
      StreamCalls calls,
      Undelivered undelivered) {
    this.port = port;
    this.undelivered = undelivered;
    this.dialect = dialect;
    this.sessionId = sessionId;
    this.control = control;
    this.receiveCredit = receiveCredit;
    this.calls = calls;
  }

  /** Where the stream's bytes go. */
  public StreamPort port() {
    return port;
  }

  /** Translates application codes to the wire's and back. */
  public Dialect dialect() {
    return dialect;
  }

  /** The session that the stream belongs to. */
  public long sessionId() {
    return sessionId;
  }

  /** The stream's actor, as far as stages and the API may see it. */
  public StreamControl control() {
    return control;
  }

  /** Where its sending half stands among those of its session. */
  public SendPriority priority() {
    return priority;
  }

  /** Changes where its sending half stands, from the next write on. */
  public void priority(SendPriority newPriority) {
    priority = newPriority;
    control.priority(newPriority);
  }

  /** Bytes of credit for one demand: {@code ahti.stream.receive-credit}. */
  long receiveCredit() {
    return receiveCredit;
  }

  /** Takes the receiving half; {@code true} for the first caller only. */
  public boolean claimRead() {
    return claim(READ);
  }

  /** Takes the sending half; {@code true} for the first caller only. */
  public boolean claimWrite() {
    return claim(WRITE);
  }

  /** Takes both halves, or neither when one is taken. */
  public boolean claimBoth() {
    return claim(READ | WRITE);
  }

  /** Whether somebody has the receiving half. */
  public boolean isReadClaimed() {
    return (claims.get() & READ) != 0;
  }

  /** Whether somebody has the sending half. */
  public boolean isWriteClaimed() {
    return (claims.get() & WRITE) != 0;
  }

  /**
   * What went through so far. What a reader took from the port and nobody has read from it yet is
   * not read.
   */
  public PortStats stats() {
    PortStats stats = port.stats();
    long read = Math.max(0, stats.bytesRead() - undelivered.bytes());
    return new PortStats(
        Math.max(read, stats.bytesReceived()),
        read,
        Math.max(stats.bytesSent(), stats.bytesWritten()),
        stats.bytesSent());
  }

  /**
   * Completes when the sending half has ended, however it did; for a reset that is when it is on
   * its way. The same one for everybody, so nobody else may complete it.
   */
  public synchronized CompletableFuture<Done> writeEnded() {
    CompletableFuture<Done> promise = writeEnded;
    if (promise == null) {
      CompletableFuture<Done> made = new CompletableFuture<>();
      writeEnded = made;
      promise = made;
      if (port.ended() != null) {
        made.complete(Done.getInstance());
      } else {
        port.whenEnded(() -> made.complete(Done.getInstance()));
      }
    }
    return promise;
  }

  /**
   * Asks the peer to stop, as {@link StreamControl#stopSending}, whoever reads the stream.
   *
   * @return complete; failed, with what reads fail with, when the peer had reset the stream or its
   *     session has taken it along
   */
  public CompletableFuture<Done> cancel(long applicationCode, StreamFailures failures) {
    Inbound end = port.readEnd();
    control.stopSending(applicationCode);
    Throwable why = end == null ? null : new StreamEnds(this, failures).notOfOurs(end);
    return why == null
        ? CompletableFuture.completedFuture(Done.getInstance())
        : CompletableFuture.failedFuture(why);
  }

  /** Bounds those who read or write without a stage. */
  StreamCalls calls() {
    return calls;
  }

  /** What has arrived and was not given to the reader. */
  Undelivered undelivered() {
    return undelivered;
  }

  /** Gives the receiving half back. */
  void releaseRead(Unread left) {
    undelivered.leave(left);
    claims.updateAndGet(taken -> taken & ~READ);
  }

  /** Gives the sending half back. */
  void releaseWrite() {
    claims.updateAndGet(taken -> taken & ~WRITE);
  }

  private boolean claim(int halves) {
    int taken = claims.get();
    while ((taken & halves) == 0) {
      if (claims.compareAndSet(taken, taken | halves)) {
        return true;
      }
      taken = claims.get();
    }
    return false;
  }

  /** What a refused materialization fails with; names the state of the half that was taken. */
  AlreadyMaterializedException alreadyMaterialized() {
    int taken = claims.get();
    StringBuilder text = new StringBuilder("stream ").append(port.id()).append(": state ");
    if ((taken & READ) != 0) {
      text.append(port.finished() ? "receiving side read to its end" : "receiving side being read");
    }
    if ((taken & WRITE) != 0) {
      text.append((taken & READ) != 0 ? ", " : "").append("sending side ");
      text.append(port.ended() == null ? "being written" : "ended");
    }
    return new AlreadyMaterializedException(
        text.append(" (expected: materialized once)").toString());
  }

  @Override
  public String toString() {
    return "StreamHandle[session " + sessionId + ", stream " + port.id() + "]";
  }
}
