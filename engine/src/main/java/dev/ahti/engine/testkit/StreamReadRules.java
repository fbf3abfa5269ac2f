package dev.ahti.engine.testkit;

import static dev.ahti.engine.testkit.PortContract.bytes;
import static dev.ahti.engine.testkit.PortContract.check;
import static dev.ahti.engine.testkit.PortContract.same;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.util.ByteString;

/** What a reader may count on: credit, back-pressure, wake-ups, and its own end. */
final class StreamReadRules {
  /** Far above what a transport's windows and queues may take from a producer. */
  private static final long TOO_MUCH = 24L * 1024 * 1024;

  private static final int CHUNK = 16 * 1024;

  private final StreamPortContract contract;

  StreamReadRules(StreamPortContract contract) {
    this.contract = contract;
  }

  Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
    rules.put("nothing is read before the first request", this::nothingBeforeTheFirstRequest);
    rules.put("what is held is at most the credit and one read", this::heldIsBounded);
    rules.put("bytes come complete and in order, and the end last", this::bytesThenEnd);
    rules.put("the end is not seen without credit", this::noEndWithoutCredit);
    rules.put("a reader that stops asking stops the sender", this::backPressure);
    rules.put("an armed reader is woken on the loop", this::wakesReader);
    rules.put("a look takes nothing and arms the reader", this::peek);
    return rules;
  }

  private void nothingBeforeTheFirstRequest() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().offer(bytes(100, 1));
    contract.settle();
    same("polled", null, ends.far().poll());
    same("bytes received", 0L, ends.far().stats().bytesReceived());
    ends.far().request(100);
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the bytes came", () -> reader.bytes() == 100);
  }

  private void heldIsBounded() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    for (int i = 0; i < 8; i++) {
      ends.near().offer(bytes(CHUNK, i));
    }
    ends.far().request(1000);
    contract.settle();
    long before = 0;
    long all = 0;
    Inbound next;
    while ((next = ends.far().poll()) instanceof Inbound.Data data) {
      before = all;
      all += data.bytes().length();
    }
    check("something was read", all > 0);
    check("read " + before + " before the last read with a credit of 1000", before < 1000);
  }

  private void bytesThenEnd() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ByteString sent = bytes(700_001, 7);
    StreamReader reader = new StreamReader(ends.far());
    AtomicInteger at = new AtomicInteger();
    contract.holds(
        "everything was offered",
        () -> {
          reader.readOn();
          boolean room = true;
          while (room && at.get() < sent.length()) {
            int end = Math.min(sent.length(), at.get() + CHUNK);
            room = ends.near().offer(sent.slice(at.get(), end));
            at.set(end);
          }
          return at.get() == sent.length();
        });
    ends.near().finish();
    ends.near().finish();
    contract.holds("the end came", () -> reader.readOn().end() != null);
    same("end", Inbound.Fin.INSTANCE, reader.end());
    check("the bytes are those that were sent", reader.content().equals(sent));
    same("after the end", null, ends.far().poll());
    check("finished", ends.far().finished());
    contract.holds("the writer ended", () -> ends.near().ended() != null);
    same("writer's end", WriteEnd.Finished.INSTANCE, ends.near().ended());
    same("queued", 0L, ends.near().queued());
  }

  private void noEndWithoutCredit() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().finish();
    contract.settle();
    same("polled", null, ends.far().poll());
    check("not finished", !ends.far().finished());
    ends.far().request(1);
    contract.holds("the end came", ends.far()::finished);
    same("polled", Inbound.Fin.INSTANCE, ends.far().poll());
  }

  private void backPressure() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.near().onWritable(woken::incrementAndGet);
    // A transport may say "no" before it has moved anything: go on until it moves nothing more.
    long offered = 0;
    long sentBefore;
    do {
      sentBefore = ends.near().stats().bytesSent();
      while (offered < TOO_MUCH && ends.near().offer(bytes(CHUNK, 3))) {
        offered += CHUNK;
      }
      offered += CHUNK;
      contract.settle();
    } while (ends.near().stats().bytesSent() > sentBefore && offered < TOO_MUCH);
    check("accepted " + offered + " bytes that nobody reads", offered < TOO_MUCH);
    same("bytes received", 0L, ends.far().stats().bytesReceived());
    woken.set(0);
    check("full", !ends.near().offer(bytes(CHUNK, 3)));
    long total = ends.near().stats().bytesWritten();
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("everything came", () -> reader.readOn().bytes() == total);
    contract.holds("the writer was woken", () -> woken.get() > 0);
    same("queued", 0L, ends.near().queued());
  }

  private void wakesReader() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    AtomicInteger elsewhere = new AtomicInteger();
    ends.far()
        .onReadable(
            () -> {
              woken.incrementAndGet();
              if (!ends.far().loop().inLoop()) {
                elsewhere.incrementAndGet();
              }
            });
    ends.far().request(1 << 20);
    for (int round = 0; round < 20; round++) {
      int before = woken.get();
      Inbound next;
      while ((next = ends.far().poll()) != null) {
        check("no end yet", !next.isEnd());
      }
      ends.near().offer(bytes(10, round));
      contract.holds("woken in round " + round, () -> woken.get() > before);
    }
    same("wake-ups off the loop", 0, elsewhere.get());
  }

  private void peek() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.far().onReadable(woken::incrementAndGet);
    ends.far().request(10);
    same("a look at nothing", null, ends.far().peek());
    ends.near().offer(bytes(10, 1));
    contract.holds("the reader was woken", () -> woken.get() > 0);
    Inbound seen = ends.far().peek();
    same("seen again", seen, ends.far().peek());
    same("polled", seen, ends.far().poll());
    ends.far().request(1);
    ends.near().finish();
    contract.holds("the end is seen", () -> ends.far().peek() == Inbound.Fin.INSTANCE);
    same("polled", Inbound.Fin.INSTANCE, ends.far().poll());
  }
}
