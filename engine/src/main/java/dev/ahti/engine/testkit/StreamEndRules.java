package dev.ahti.engine.testkit;

import static dev.ahti.engine.testkit.PortContract.bytes;
import static dev.ahti.engine.testkit.PortContract.check;
import static dev.ahti.engine.testkit.PortContract.same;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How the halves of a stream end, and who is told. */
final class StreamEndRules {
  private final StreamPortContract contract;

  StreamEndRules(StreamPortContract contract) {
    this.contract = contract;
  }

  Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
    rules.put("a reset carries its code, and the writer ends", this::resetCarriesCode);
    rules.put("a reset after the end does nothing", this::resetAfterFinish);
    rules.put("what is offered after the end is dropped", this::offerAfterEnd);
    rules.put("stopping drops what is held and ends the peer's writer", this::stopReachesWriter);
    rules.put("stopping wakes who left bytes with their end behind", this::stopWakesReader);
    rules.put("one direction ends without the other", this::directionsAreIndependent);
    rules.put("a unidirectional stream has one half", this::unidirectional);
    rules.put("whenSent runs on the loop behind the bytes", this::whenSent);
    rules.put("whenEnded runs on the loop with the end, and not before", this::whenEnded);
    rules.put("an observer is told each end once, late or not", this::observers);
    return rules;
  }

  private void resetCarriesCode() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().offer(bytes(10, 1));
    ends.near().reset(contract.code());
    contract.holds("the writer ended", () -> ends.near().ended() != null);
    same("writer's end", new WriteEnd.Reset(contract.code()), ends.near().ended());
    same("queued", 0L, ends.near().queued());
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the reset came", () -> reader.readOn().end() != null);
    same("end", new Inbound.Reset(contract.code()), reader.end());
  }

  private void resetAfterFinish() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().offer(bytes(10, 1));
    ends.near().finish();
    contract.holds("the writer ended", () -> ends.near().ended() != null);
    ends.near().reset(contract.code());
    contract.settle();
    same("writer's end", WriteEnd.Finished.INSTANCE, ends.near().ended());
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the end came", () -> reader.readOn().end() != null);
    same("end", Inbound.Fin.INSTANCE, reader.end());
    same("bytes", 10L, reader.bytes());
  }

  private void offerAfterEnd() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().reset(0);
    contract.holds("the writer ended", () -> ends.near().ended() != null);
    ends.near().offer(bytes(10, 1));
    ends.near().finish();
    contract.settle();
    same("writer's end", new WriteEnd.Reset(0), ends.near().ended());
    same("queued", 0L, ends.near().queued());
  }

  private void stopReachesWriter() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.near().onWritable(woken::incrementAndGet);
    ends.near().offer(bytes(1000, 1));
    ends.far().request(1);
    contract.settle();
    ends.far().stopSending(contract.code());
    contract.settle();
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the reader ended", () -> reader.readOn().end() != null);
    same("end", new Inbound.Stopped(contract.code()), reader.end());
    same("held bytes that were given after the stop", 0L, reader.bytes());
    // A transport may notice only when it writes.
    contract.holds(
        "the writer ended",
        () -> {
          ends.near().offer(bytes(10, 2));
          return ends.near().ended() != null;
        });
    WriteEnd end = ends.near().ended();
    check(
        "writer's end: " + end,
        end instanceof WriteEnd.Stopped stopped
            && (stopped.code().isEmpty()
                || stopped.code().equals(OptionalLong.of(contract.code()))));
    contract.holds("the writer was woken", () -> woken.get() > 0);
  }

  private void stopWakesReader() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    AtomicInteger woken = new AtomicInteger();
    ends.far().onReadable(woken::incrementAndGet);
    ends.far().request(100_000);
    ends.near().offer(bytes(1000, 1));
    ends.near().finish();
    contract.holds("bytes came", () -> ends.far().peek() instanceof Inbound.Data);
    contract.settle();
    int before = woken.get();
    ends.far().stopSending(contract.code());
    contract.holds("the reader was woken", () -> woken.get() > before);
    same("what is left", new Inbound.Stopped(contract.code()), ends.far().poll());
  }

  private void directionsAreIndependent() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().finish();
    StreamReader far = new StreamReader(ends.far());
    contract.holds("the end came", () -> far.readOn().end() != null);
    same("far writer", null, ends.far().ended());
    ends.far().offer(bytes(5000, 5));
    ends.far().finish();
    StreamReader near = new StreamReader(ends.near());
    contract.holds("the other end came", () -> near.readOn().end() != null);
    same("end", Inbound.Fin.INSTANCE, near.end());
    check("the bytes are those that were sent", near.content().equals(bytes(5000, 5)));
  }

  private void unidirectional() {
    StreamEnds ends = contract.ends(StreamKind.UNIDIRECTIONAL);
    same("id", ends.near().id(), ends.far().id());
    same("near kind", StreamKind.UNIDIRECTIONAL, ends.near().kind());
    same("far kind", StreamKind.UNIDIRECTIONAL, ends.far().kind());
    check("near is local, far is not", ends.near().local() && !ends.far().local());
    same("near reader", null, ends.near().poll());
    check("near reader has ended", ends.near().finished());
    check("far writer has ended", ends.far().ended() != null);
    ends.near().offer(bytes(10, 1));
    ends.near().finish();
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the end came", () -> reader.readOn().end() != null);
    same("bytes", 10L, reader.bytes());
  }

  private void whenSent() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().offer(bytes(1000, 1));
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    ends.near()
        .whenSent(
            () -> seen.set(ends.near().loop().inLoop() + " " + ends.near().stats().bytesSent()));
    contract.holds("the task ran", () -> seen.get() != null);
    same("on the loop, bytes sent", "true 1000", seen.get());
    ends.near().reset(0);
    AtomicInteger ran = new AtomicInteger();
    ends.near().whenSent(ran::incrementAndGet);
    contract.holds("the task ran after the end", () -> ran.get() == 1);
  }

  private void whenEnded() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().offer(bytes(1000, 1));
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    ends.near().whenEnded(() -> seen.set(ends.near().loop().inLoop() + " " + ends.near().ended()));
    contract.settle();
    same("ran while it was open", null, seen.get());
    WriteEnd reset = new WriteEnd.Reset(contract.code());
    ends.near().reset(contract.code());
    contract.holds("the task ran", () -> seen.get() != null);
    same("on the loop, the end", "true " + reset, seen.get());
    AtomicInteger ran = new AtomicInteger();
    ends.near().whenEnded(ran::incrementAndGet);
    contract.holds("the task ran after the end", () -> ran.get() == 1);
    same("the far end before it was read", null, ends.far().readEnd());
    new StreamReader(ends.far()).readOn();
    contract.holds(
        "the end came", () -> new Inbound.Reset(contract.code()).equals(ends.far().readEnd()));
  }

  private void observers() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    Observer early = new Observer();
    ends.near().observe(early);
    contract.settle();
    same("ends told before there is one", List.of(), early.told);
    ends.near().finish();
    new StreamReader(ends.near()).readOn();
    ends.far().reset(contract.code());
    contract.holds("both ends were told", () -> early.told.size() == 2);
    check("told: " + early.told, early.told.contains(WriteEnd.Finished.INSTANCE));
    check("told: " + early.told, early.told.contains(new Inbound.Reset(contract.code())));
    Observer late = new Observer();
    ends.near().observe(late);
    contract.holds("both ends were told late", () -> late.told.size() == 2);
    contract.settle();
    same("ends told in all", 2, early.told.size());
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
}
