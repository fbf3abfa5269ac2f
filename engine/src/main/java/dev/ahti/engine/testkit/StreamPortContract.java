package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What every {@link StreamPort} must do, as named checks over a real pair of ports. A transport's
 * test extends this class and runs {@link #rules()} with the test library it likes, for example:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keepsTheContract() {
 *   return rules().entrySet().stream()
 *       .map(rule -> DynamicTest.dynamicTest(rule.getKey(), rule.getValue()::run));
 * }
 * }</pre>
 *
 * <p>A broken rule throws an {@link AssertionError} that says which values were found. The checks
 * run on the caller's thread, one at a time, each with a new stream.
 */
public abstract class StreamPortContract {
  /** Far above what a transport's windows and queues may take from a producer. */
  private static final long TOO_MUCH = 24L * 1024 * 1024;

  /** The application's code 42 (draft-ietf-webtrans-http3 4.6): does not fit into 32 bits. */
  private static final long CODE = 0x52e4a40fa8dbL + 42;

  private static final int CHUNK = 16 * 1024;

  /** For a subclass. */
  protected StreamPortContract() {}

  /**
   * Opens a new stream.
   *
   * @param near the opener's end
   * @param far completes with the other end when the stream arrived there, unread
   */
  public record Pair(StreamPort near, CompletableFuture<StreamPort> far) {}

  /** Opens a new stream of this kind. */
  protected abstract Pair open(StreamKind kind);

  /** Lets the transport work until the condition holds, or answers {@code false} in due time. */
  protected abstract boolean await(BooleanSupplier condition);

  /** Lets the transport work until everything that was caused so far has had its effect. */
  protected abstract void settle();

  /** The rules by name. */
  public final Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
    rules.put("nothing is read before the first request", this::nothingBeforeTheFirstRequest);
    rules.put("what is held is at most the credit and one read", this::heldIsBounded);
    rules.put("bytes come complete and in order, and the end last", this::bytesThenEnd);
    rules.put("the end is not seen without credit", this::noEndWithoutCredit);
    rules.put("a reader that stops asking stops the sender", this::backPressure);
    rules.put("an armed reader is woken on the loop", this::wakesReader);
    rules.put("a look takes nothing and arms the reader", this::peek);
    rules.put("a reset carries its code, and the writer ends", this::resetCarriesCode);
    rules.put("a reset after the end does nothing", this::resetAfterFinish);
    rules.put("what is offered after the end is dropped", this::offerAfterEnd);
    rules.put("stopping drops what is held and ends the peer's writer", this::stopReachesWriter);
    rules.put("stopping wakes who left bytes with their end behind", this::stopWakesReader);
    rules.put("one direction ends without the other", this::directionsAreIndependent);
    rules.put("a unidirectional stream has one half", this::unidirectional);
    rules.put("whenSent runs on the loop behind the bytes", this::whenSent);
    rules.put("an observer is told each end once, late or not", this::observers);
    rules.put("no body byte is sent without credit of the session", this::sendsWithCreditOnly);
    rules.put("an end needs no credit", this::endNeedsNoCredit);
    rules.put("streams of a session take turns, byte by byte", this::streamsTakeTurns);
    rules.put("a stream that ends leaves the line", this::endedSenderLeaves);
    rules.put("bytes are counted when they come and when they are taken", this::countsBytes);
    rules.put("a stop counts what was dropped, and what is not seen", this::countsStopped);
    rules.put("a reset counts what was dropped, and what is not seen", this::countsReset);
    rules.put("a stream of the peer is told closed once, bound late or not", this::tellsClosed);
    return rules;
  }

  // Flow control of the session.

  private void sendsWithCreditOnly() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.near.loop(), 5000);
    ends.near.flow(flow);
    ByteString sent = bytes(20_000, 4);
    ends.near.offer(sent);
    ends.near.finish();
    Reader reader = new Reader(ends.far);
    holds("what there is credit for came", () -> reader.readOn().bytes() == 5000);
    settle();
    same("bytes without more credit", 5000L, reader.readOn().bytes());
    same("bytes sent", 5000L, ends.near.stats().bytesSent());
    same("writer's end", null, ends.near.ended());
    flow.grant(1);
    holds("one byte came", () -> reader.readOn().bytes() == 5001);
    flow.grant(1_000_000);
    holds("the end came", () -> reader.readOn().end != null);
    check("the bytes are those that were sent", reader.content().equals(sent));
    same("bytes told as sent", 20_000L, flow.sent());
  }

  private void endNeedsNoCredit() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.flow(new ContractFlow(ends.near.loop(), 0));
    ends.near.finish();
    Reader reader = new Reader(ends.far);
    holds("the end came", () -> reader.readOn().end != null);
    same("end", Inbound.Fin.INSTANCE, reader.end);
    holds("the writer ended", () -> ends.near.ended() != null);
  }

  private void streamsTakeTurns() {
    Ends one = ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(one.near.loop(), 0);
    // The same loop where the transport has one connection for all; elsewhere a stream alone.
    List<Ends> all = new ArrayList<>(List.of(one));
    for (int i = 0; i < 2; i++) {
      Ends more = ends(StreamKind.BIDIRECTIONAL);
      if (more.near.loop() == one.near.loop()) {
        all.add(more);
      }
    }
    List<Reader> readers = all.stream().map(ends -> new Reader(ends.far)).toList();
    for (Ends ends : all) {
      ends.near.flow(flow);
      ends.near.offer(bytes(100, 1));
    }
    holds("all wait", () -> flow.waiting() == all.size());
    for (int round = 1; round <= 5; round++) {
      for (int turn = 0; turn < all.size(); turn++) {
        int total = (round - 1) * all.size() + turn + 1;
        flow.grant(1);
        holds(
            "byte " + total + " came",
            () -> readers.stream().mapToLong(reader -> reader.readOn().bytes()).sum() == total);
      }
      for (Reader reader : readers) {
        same("bytes of each stream in round " + round, (long) round, reader.bytes());
      }
    }
  }

  private void endedSenderLeaves() {
    Ends first = ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(first.near.loop(), 0);
    first.near.flow(flow);
    first.near.offer(bytes(10, 1));
    holds("it waits", () -> flow.waiting() == 1);
    first.near.reset(CODE);
    holds("it has left", () -> flow.waiting() == 0);
    Ends second = ends(StreamKind.BIDIRECTIONAL);
    second.near.flow(flow);
    second.near.offer(bytes(10, 1));
    holds("it waits", () -> flow.waiting() == 1);
    second.far.stopSending(CODE);
    holds("it has left", () -> flow.waiting() == 0);
    same("bytes told as sent", 0L, flow.sent());
  }

  private void countsBytes() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.far.loop(), 0);
    holds("the flow is set", flow.setOn(ends.far)::isDone);
    ends.near.offer(bytes(700, 1));
    ends.near.finish();
    ends.far.request(100_000);
    holds("they were counted", () -> flow.received() == 700);
    same("consumed before a poll", 0L, flow.consumed());
    Reader reader = new Reader(ends.far);
    holds("the end came", () -> reader.readOn().end != null);
    holds("they were consumed", () -> flow.consumed() == 700);
    settle();
    same("received", 700L, flow.received());
    same("unseen", 0L, flow.unseen());
  }

  private void countsStopped() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.far.loop(), 0);
    holds("the flow is set", flow.setOn(ends.far)::isDone);
    ends.near.offer(bytes(700, 1));
    ends.far.request(1);
    holds("some were counted", () -> flow.received() > 0);
    ends.far.stopSending(CODE);
    settle();
    same("consumed", flow.received(), flow.consumed());
    check("what the peer may have sent is told", flow.received() + flow.unseen() >= 700);
  }

  private void countsReset() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.far.loop(), 0);
    holds("the flow is set", flow.setOn(ends.far)::isDone);
    ends.near.offer(bytes(700, 1));
    settle();
    ends.near.reset(CODE);
    Reader reader = new Reader(ends.far);
    holds("the reset came", () -> reader.readOn().end != null);
    holds("all that was sent counts as consumed", () -> flow.consumed() + flow.unseen() >= 700);
    check("no more than was sent counts as received", flow.received() <= 700);
  }

  private void tellsClosed() {
    for (boolean late : new boolean[] {false, true}) {
      Ends ends = ends(StreamKind.BIDIRECTIONAL);
      ContractFlow far = new ContractFlow(ends.far.loop(), 0);
      ContractFlow near = new ContractFlow(ends.near.loop(), 0);
      ends.near.flow(near);
      if (!late) {
        ends.far.flow(far);
      }
      ends.near.finish();
      new Reader(ends.far).readOn();
      settle();
      same("closed with one half open", 0, far.closed());
      ends.far.finish();
      new Reader(ends.near).readOn();
      settle();
      if (late) {
        ends.far.flow(far);
      }
      holds("it was told", () -> far.closed() == 1);
      settle();
      same("told", 1, far.closed());
      same("told of a stream of our own", 0, near.closed());
    }
  }

  private void nothingBeforeTheFirstRequest() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.offer(bytes(100, 1));
    settle();
    same("polled", null, ends.far.poll());
    same("bytes received", 0L, ends.far.stats().bytesReceived());
    ends.far.request(100);
    Reader reader = new Reader(ends.far);
    holds("the bytes came", () -> reader.bytes() == 100);
  }

  private void heldIsBounded() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    for (int i = 0; i < 8; i++) {
      ends.near.offer(bytes(CHUNK, i));
    }
    ends.far.request(1000);
    settle();
    long before = 0;
    long all = 0;
    Inbound next;
    while ((next = ends.far.poll()) instanceof Inbound.Data data) {
      before = all;
      all += data.bytes().length();
    }
    check("something was read", all > 0);
    check("read " + before + " before the last read with a credit of 1000", before < 1000);
  }

  private void bytesThenEnd() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ByteString sent = bytes(700_001, 7);
    Reader reader = new Reader(ends.far);
    AtomicInteger at = new AtomicInteger();
    holds(
        "everything was offered",
        () -> {
          reader.readOn();
          boolean room = true;
          while (room && at.get() < sent.length()) {
            int end = Math.min(sent.length(), at.get() + CHUNK);
            room = ends.near.offer(sent.slice(at.get(), end));
            at.set(end);
          }
          return at.get() == sent.length();
        });
    ends.near.finish();
    ends.near.finish();
    holds("the end came", () -> reader.readOn().end != null);
    same("end", Inbound.Fin.INSTANCE, reader.end);
    check("the bytes are those that were sent", reader.content().equals(sent));
    same("after the end", null, ends.far.poll());
    check("finished", ends.far.finished());
    holds("the writer ended", () -> ends.near.ended() != null);
    same("writer's end", WriteEnd.Finished.INSTANCE, ends.near.ended());
    same("queued", 0L, ends.near.queued());
  }

  private void noEndWithoutCredit() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.finish();
    settle();
    same("polled", null, ends.far.poll());
    check("not finished", !ends.far.finished());
    ends.far.request(1);
    holds("the end came", ends.far::finished);
    same("polled", Inbound.Fin.INSTANCE, ends.far.poll());
  }

  private void backPressure() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.near.onWritable(woken::incrementAndGet);
    // A transport may say "no" before it has moved anything: go on until it moves nothing more.
    long offered = 0;
    long sentBefore;
    do {
      sentBefore = ends.near.stats().bytesSent();
      while (offered < TOO_MUCH && ends.near.offer(bytes(CHUNK, 3))) {
        offered += CHUNK;
      }
      offered += CHUNK;
      settle();
    } while (ends.near.stats().bytesSent() > sentBefore && offered < TOO_MUCH);
    check("accepted " + offered + " bytes that nobody reads", offered < TOO_MUCH);
    same("bytes received", 0L, ends.far.stats().bytesReceived());
    woken.set(0);
    check("full", !ends.near.offer(bytes(CHUNK, 3)));
    long total = ends.near.stats().bytesWritten();
    Reader reader = new Reader(ends.far);
    holds("everything came", () -> reader.readOn().bytes() == total);
    holds("the writer was woken", () -> woken.get() > 0);
    same("queued", 0L, ends.near.queued());
  }

  private void wakesReader() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    AtomicInteger elsewhere = new AtomicInteger();
    ends.far.onReadable(
        () -> {
          woken.incrementAndGet();
          if (!ends.far.loop().inLoop()) {
            elsewhere.incrementAndGet();
          }
        });
    ends.far.request(1 << 20);
    for (int round = 0; round < 20; round++) {
      int before = woken.get();
      Inbound next;
      while ((next = ends.far.poll()) != null) {
        check("no end yet", !next.isEnd());
      }
      ends.near.offer(bytes(10, round));
      holds("woken in round " + round, () -> woken.get() > before);
    }
    same("wake-ups off the loop", 0, elsewhere.get());
  }

  private void resetCarriesCode() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.offer(bytes(10, 1));
    ends.near.reset(CODE);
    holds("the writer ended", () -> ends.near.ended() != null);
    same("writer's end", new WriteEnd.Reset(CODE), ends.near.ended());
    same("queued", 0L, ends.near.queued());
    Reader reader = new Reader(ends.far);
    holds("the reset came", () -> reader.readOn().end != null);
    same("end", new Inbound.Reset(CODE), reader.end);
  }

  private void resetAfterFinish() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.offer(bytes(10, 1));
    ends.near.finish();
    holds("the writer ended", () -> ends.near.ended() != null);
    ends.near.reset(CODE);
    settle();
    same("writer's end", WriteEnd.Finished.INSTANCE, ends.near.ended());
    Reader reader = new Reader(ends.far);
    holds("the end came", () -> reader.readOn().end != null);
    same("end", Inbound.Fin.INSTANCE, reader.end);
    same("bytes", 10L, reader.bytes());
  }

  private void offerAfterEnd() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.reset(0);
    holds("the writer ended", () -> ends.near.ended() != null);
    ends.near.offer(bytes(10, 1));
    ends.near.finish();
    settle();
    same("writer's end", new WriteEnd.Reset(0), ends.near.ended());
    same("queued", 0L, ends.near.queued());
  }

  private void stopWakesReader() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.far.onReadable(woken::incrementAndGet);
    ends.far.request(100_000);
    ends.near.offer(bytes(1000, 1));
    ends.near.finish();
    holds("bytes came", () -> ends.far.peek() instanceof Inbound.Data);
    settle();
    int before = woken.get();
    ends.far.stopSending(CODE);
    holds("the reader was woken", () -> woken.get() > before);
    same("what is left", new Inbound.Stopped(CODE), ends.far.poll());
  }

  private void stopReachesWriter() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.near.onWritable(woken::incrementAndGet);
    ends.near.offer(bytes(1000, 1));
    ends.far.request(1);
    settle();
    ends.far.stopSending(CODE);
    settle();
    Reader reader = new Reader(ends.far);
    holds("the reader ended", () -> reader.readOn().end != null);
    same("end", new Inbound.Stopped(CODE), reader.end);
    same("held bytes that were given after the stop", 0L, reader.bytes());
    // A transport may notice only when it writes.
    holds(
        "the writer ended",
        () -> {
          ends.near.offer(bytes(10, 2));
          return ends.near.ended() != null;
        });
    WriteEnd end = ends.near.ended();
    check(
        "writer's end: " + end,
        end instanceof WriteEnd.Stopped stopped
            && (stopped.code().isEmpty() || stopped.code().equals(OptionalLong.of(CODE))));
    holds("the writer was woken", () -> woken.get() > 0);
  }

  private void directionsAreIndependent() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.finish();
    Reader far = new Reader(ends.far);
    holds("the end came", () -> far.readOn().end != null);
    same("far writer", null, ends.far.ended());
    ends.far.offer(bytes(5000, 5));
    ends.far.finish();
    Reader near = new Reader(ends.near);
    holds("the other end came", () -> near.readOn().end != null);
    same("end", Inbound.Fin.INSTANCE, near.end);
    check("the bytes are those that were sent", near.content().equals(bytes(5000, 5)));
  }

  private void peek() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.far.onReadable(woken::incrementAndGet);
    ends.far.request(10);
    same("a look at nothing", null, ends.far.peek());
    ends.near.offer(bytes(10, 1));
    holds("the reader was woken", () -> woken.get() > 0);
    Inbound seen = ends.far.peek();
    same("seen again", seen, ends.far.peek());
    same("polled", seen, ends.far.poll());
    ends.far.request(1);
    ends.near.finish();
    holds("the end is seen", () -> ends.far.peek() == Inbound.Fin.INSTANCE);
    same("polled", Inbound.Fin.INSTANCE, ends.far.poll());
  }

  private void unidirectional() {
    Ends ends = ends(StreamKind.UNIDIRECTIONAL);
    same("id", ends.near.id(), ends.far.id());
    same("near kind", StreamKind.UNIDIRECTIONAL, ends.near.kind());
    same("far kind", StreamKind.UNIDIRECTIONAL, ends.far.kind());
    check("near is local, far is not", ends.near.local() && !ends.far.local());
    same("near reader", null, ends.near.poll());
    check("near reader has ended", ends.near.finished());
    check("far writer has ended", ends.far.ended() != null);
    ends.near.offer(bytes(10, 1));
    ends.near.finish();
    Reader reader = new Reader(ends.far);
    holds("the end came", () -> reader.readOn().end != null);
    same("bytes", 10L, reader.bytes());
  }

  private void whenSent() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    ends.near.offer(bytes(1000, 1));
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    ends.near.whenSent(
        () -> seen.set(ends.near.loop().inLoop() + " " + ends.near.stats().bytesSent()));
    holds("the task ran", () -> seen.get() != null);
    same("on the loop, bytes sent", "true 1000", seen.get());
    ends.near.reset(0);
    AtomicInteger ran = new AtomicInteger();
    ends.near.whenSent(ran::incrementAndGet);
    holds("the task ran after the end", () -> ran.get() == 1);
  }

  private void observers() {
    Ends ends = ends(StreamKind.BIDIRECTIONAL);
    Observer early = new Observer();
    ends.near.observe(early);
    settle();
    same("ends told before there is one", List.of(), early.told);
    ends.near.finish();
    new Reader(ends.near).readOn();
    ends.far.reset(CODE);
    holds("both ends were told", () -> early.told.size() == 2);
    check("told: " + early.told, early.told.contains(WriteEnd.Finished.INSTANCE));
    check("told: " + early.told, early.told.contains(new Inbound.Reset(CODE)));
    Observer late = new Observer();
    ends.near.observe(late);
    holds("both ends were told late", () -> late.told.size() == 2);
    settle();
    same("ends told in all", 2, early.told.size());
  }

  // What the checks are made of.

  private record Ends(StreamPort near, StreamPort far) {}

  private Ends ends(StreamKind kind) {
    Pair pair = open(kind);
    holds("the stream arrived", pair.far()::isDone);
    return new Ends(pair.near(), pair.far().join());
  }

  private static final class Observer implements PortObserver {
    private final List<Object> told = new CopyOnWriteArrayList<>();

    @Override
    public void onReadEnd(Inbound end) {
      told.add(end);
    }

    @Override
    public void onWriteEnd(WriteEnd end) {
      told.add(end);
    }
  }

  /** A consumer that grants credit whenever there is nothing to poll. */
  private static final class Reader {
    private static final long CREDIT = 64 * 1024;

    private final StreamPort port;
    private final List<ByteString> pieces = new ArrayList<>();
    private long credit;
    private @Nullable Inbound end;

    Reader(StreamPort port) {
      this.port = port;
    }

    /** Takes what is there without asking for more. */
    long bytes() {
      Inbound next;
      while (end == null && (next = port.poll()) != null) {
        if (next instanceof Inbound.Data data) {
          pieces.add(data.bytes());
          credit = Math.max(0, credit - data.bytes().length());
        } else {
          end = next;
        }
      }
      return pieces.stream().mapToLong(ByteString::length).sum();
    }

    /** Takes what is there and asks for more. */
    Reader readOn() {
      bytes();
      if (end == null && credit == 0) {
        credit = CREDIT;
        port.request(CREDIT);
      }
      return this;
    }

    ByteString content() {
      ByteStringBuilder content = new ByteStringBuilder();
      pieces.forEach(content::append);
      return content.result();
    }
  }

  private static ByteString bytes(int length, long seed) {
    byte[] random = new byte[length];
    new Random(seed).nextBytes(random);
    return ByteString.fromArrayUnsafe(random);
  }

  private void holds(String what, BooleanSupplier condition) {
    check(what + " (in due time)", await(condition));
  }

  private static void check(String what, boolean holds) {
    if (!holds) {
      throw new AssertionError("does not hold: " + what);
    }
  }

  private static void same(String what, @Nullable Object expected, @Nullable Object found) {
    if (expected == null ? found != null : !expected.equals(found)) {
      throw new AssertionError(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
