package dev.ahti.webtransport.impl;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.stage.DatagramSinkStage;
import dev.ahti.webtransport.WebTransportDatagramPolicy;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportTypeException;
import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One way to send, with the engine's writer behind it. */
final class DatagramsWritable implements WebTransportDatagramsWritable {
  private final ApiSession session;
  private final EndableWriter writer;

  /** Whether it has a producer. */
  private final AtomicBoolean taken = new AtomicBoolean();

  // Guarded by this.
  private @Nullable SendGroup group;
  private long order;
  private boolean placesLater;
  private WebTransportDatagramPolicy policy = WebTransportDatagramPolicy.dropOldest();

  DatagramsWritable(
      ApiSession session, DatagramWriter writer, @Nullable SendGroup group, long order) {
    this.session = session;
    this.writer = new EndableWriter(writer, session.status()::over, session.status()::ended);
    place(group, order);
  }

  @Override
  public Sink<ByteString, CompletionStage<Done>> sink() {
    return Sink.fromGraph(new DatagramSinkStage(writer, taken, writer::failure))
        .addAttributes(Keeps.of(session));
  }

  @Override
  public WebTransportDatagramsWriter getWriter() {
    if (!taken.compareAndSet(false, true)) {
      throw new WebTransportTypeException("writable: being written (expected: not locked)");
    }
    return new DatagramsWriter(this, new DatagramCalls(writer, taken));
  }

  @Override
  public boolean locked() {
    return taken.get();
  }

  @Override
  public CompletionStage<Done> close() {
    if (!taken.compareAndSet(false, true)) {
      return CompletableFuture.failedFuture(
          new WebTransportTypeException("writable: being written (expected: not locked)"));
    }
    CompletableFuture<Done> closed = writer.close();
    taken.set(false);
    return closed.copy();
  }

  @Override
  public CompletionStage<Done> abort(Throwable reason) {
    // Drops what waits within the call.
    writer.abort(Objects.requireNonNull(reason, "reason"));
    return CompletableFuture.completedFuture(Done.getInstance());
  }

  @Override
  public synchronized Optional<WebTransportSendGroup> sendGroup() {
    return Optional.ofNullable(group);
  }

  @Override
  public void setSendGroup(@Nullable WebTransportSendGroup newGroup) {
    SendGroup ours;
    try {
      ours = StreamOpening.own(session, newGroup);
    } catch (WebTransportTypeException another) {
      // The text's name for it here.
      throw new WebTransportInvalidStateException(String.valueOf(another.getMessage()));
    }
    place(ours, sendOrder());
  }

  @Override
  public synchronized long sendOrder() {
    return order;
  }

  @Override
  public void setSendOrder(long newOrder) {
    place(group(), newOrder);
  }

  @Override
  public synchronized WebTransportDatagramPolicy policy() {
    return policy;
  }

  @Override
  public synchronized void setPolicy(WebTransportDatagramPolicy newPolicy) {
    policy = Objects.requireNonNull(newPolicy, "policy");
    writer.policy(DatagramBounds.engine(newPolicy));
  }

  private synchronized @Nullable SendGroup group() {
    return group;
  }

  /**
   * Tells the writer; a group has its number only once the session is there. One that cannot be
   * made leaves the writable where it is.
   */
  private synchronized void place(@Nullable SendGroup newGroup, long newOrder) {
    boolean later = newGroup != null && session.status().sessionOrNull() == null;
    long id = newGroup == null || later ? 0 : newGroup.handle().id();
    writer.priority(new SendPriority(id, newOrder));
    group = newGroup;
    order = newOrder;
    if (later) {
      placeLater();
    }
  }

  /** Once, whatever changes until then; a writable that nobody holds must not hold its session. */
  private void placeLater() {
    if (placesLater) {
      return;
    }
    placesLater = true;
    WeakReference<DatagramsWritable> me = new WeakReference<>(this);
    session.status().established().thenAccept(there -> placeAgain(me.get()));
  }

  private static void placeAgain(@Nullable DatagramsWritable writable) {
    if (writable != null) {
      synchronized (writable) {
        writable.place(writable.group, writable.order);
      }
    }
  }
}
