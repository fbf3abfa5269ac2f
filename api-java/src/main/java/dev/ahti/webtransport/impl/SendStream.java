package dev.ahti.webtransport.impl;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.stage.HandWriter;
import dev.ahti.engine.stage.SendStage;
import dev.ahti.engine.stage.StreamFailures;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportSendStreamStats;
import dev.ahti.webtransport.WebTransportTypeException;
import dev.ahti.webtransport.WebTransportWriter;
import java.lang.ref.WeakReference;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The sending half of an engine stream. */
final class SendStream implements WebTransportSendStream {
  private final ApiSession session;
  private final StreamHandle handle;
  private final StreamFailures failures;
  private final @Nullable StreamExpiry expiry;
  private final StreamHand hand;
  private @Nullable SendGroup group;
  private long order;
  private @Nullable Writer writer;
  private @Nullable Awaited<Done> aborted;

  /** Of a stream that the peer opened: in no group, of order 0. */
  SendStream(ApiSession session, StreamHandle handle) {
    this(session, handle, null, 0, null);
  }

  SendStream(
      ApiSession session,
      StreamHandle handle,
      @Nullable SendGroup group,
      long order,
      @Nullable StreamExpiry expiry) {
    this.session = session;
    this.handle = handle;
    this.group = group;
    this.order = order;
    this.expiry = expiry;
    this.failures =
        expiry == null
            ? session.status().streamFailures()
            : new ApiStreamFailures(session.status(), expiry);
    this.hand = new StreamHand(handle, failures);
    if (expiry != null) {
      expiry.opened(handle, hand, session.status());
    }
  }

  ApiSession session() {
    return session;
  }

  StreamHandle handle() {
    return handle;
  }

  StreamFailures failures() {
    return failures;
  }

  @Override
  public Sink<ByteString, CompletionStage<Done>> sink() {
    return Sink.fromGraph(new SendStage(handle, failures))
        .addAttributes(Keeps.of(session))
        .mapMaterializedValue(this::watched);
  }

  /** What a stage materialized; its end leaves nothing to expire. */
  CompletionStage<Done> watched(CompletionStage<Done> done) {
    StreamExpiry limit = expiry;
    if (limit != null) {
      // The stage's own future, or the writer's: completed by plain Java, wherever that runs.
      done.toCompletableFuture().whenComplete((end, failure) -> limit.stop());
    }
    return done;
  }

  @Override
  public synchronized WebTransportWriter getWriter() {
    if (writer != null) {
      throw locked("a writer has it");
    }
    HandWriter taken = hand.take(this::watchNew);
    if (taken == null) {
      throw locked("its sink was materialized");
    }
    Writer made = new Writer(this, taken);
    writer = made;
    made.tell();
    return made;
  }

  private void watchNew(HandWriter made) {
    watched(made.closed());
    // Not more than that: a stream that nobody holds must not hold its session.
    WeakReference<SendStream> me = new WeakReference<>(this);
    made.closed().whenComplete((end, failure) -> tell(me.get()));
  }

  private WebTransportTypeException locked(String why) {
    return new WebTransportTypeException(
        "stream " + handle.port().id() + ": locked, " + why + " (expected: not locked)");
  }

  private static void tell(@Nullable SendStream stream) {
    if (stream == null) {
      return;
    }
    Writer now;
    synchronized (stream) {
      now = stream.writer;
    }
    if (now != null) {
      now.tell();
    }
  }

  /** The writer lets go. */
  synchronized void released(Writer by) {
    if (writer == by) {
      writer = null;
      by.hand().release();
    }
  }

  @Override
  public synchronized boolean locked() {
    return writer != null || (handle.isWriteClaimed() && !hand.has());
  }

  @Override
  public CompletionStage<Done> close() {
    WebTransportWriter closing;
    try {
      closing = getWriter();
    } catch (WebTransportTypeException locked) {
      return CompletableFuture.failedFuture(locked);
    }
    CompletionStage<Done> closed = closing.close();
    closing.releaseLock();
    return closed;
  }

  @Override
  public CompletionStage<Done> abort(long code) {
    long clamped = StreamCodes.clamped(code);
    if (!hand.abort(clamped, Writer.aborted(clamped))) {
      handle.control().reset(clamped);
      StreamExpiry limit = expiry;
      if (limit != null) {
        limit.stop();
      }
    }
    return aborted();
  }

  private synchronized CompletionStage<Done> aborted() {
    Awaited<Done> promise = aborted;
    if (promise == null) {
      promise = new Awaited<>(this);
      aborted = promise;
    }
    return promise.as(handle.writeEnded());
  }

  @Override
  public synchronized Optional<WebTransportSendGroup> sendGroup() {
    return Optional.ofNullable(group);
  }

  @Override
  public synchronized void setSendGroup(@Nullable WebTransportSendGroup value) {
    SendGroup ours = StreamOpening.own(session, value);
    // First, so that a group that cannot be made leaves the stream where it is.
    place(ours, order);
    group = ours;
  }

  @Override
  public synchronized long sendOrder() {
    return order;
  }

  @Override
  public synchronized void setSendOrder(long value) {
    place(group, value);
    order = value;
  }

  private void place(@Nullable SendGroup newGroup, long newOrder) {
    handle.priority(StreamOpening.priority(newGroup, newOrder));
  }

  /** Of a reliable transport all that was sent counts as acknowledged (W3C, 7.6). */
  static OptionalLong acknowledged(Dialect dialect, long sent) {
    return dialect.version() == HttpVersion.HTTP_2 ? OptionalLong.of(sent) : OptionalLong.empty();
  }

  @Override
  public CompletionStage<WebTransportSendStreamStats> getStats() {
    PortStats stats = handle.stats();
    return CompletableFuture.completedFuture(
        new WebTransportSendStreamStats(
            stats.bytesWritten(),
            stats.bytesSent(),
            acknowledged(handle.dialect(), stats.bytesSent())));
  }
}
