package dev.ahti.engine.testkit;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.util.ByteString;

/** What a {@link DatagramPort} must do with several writers, with ages and with policies. */
final class DatagramWriterRules {
  private static final int SOME = 3;

  private final DatagramPortContract contract;

  DatagramWriterRules(DatagramPortContract contract) {
    this.contract = contract;
  }

  Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
    rules.put("inside a group of writers a higher order goes first", this::orders);
    rules.put("an order that changes counts from the next datagram on", this::liveOrder);
    rules.put("groups of writers take turns", this::groups);
    rules.put("each writer has a queue of its own", this::ownQueues);
    rules.put("what became of a datagram is told once", this::outcomes);
    rules.put("what waited elsewhere for too long expires", this::expires);
    rules.put("all writers together meet the bound of the session", this::total);
    rules.put("a policy keeps the latest of each key", this::latestPerKey);
    rules.put("a lower bound of incoming ones drops the oldest", this::lowerBound);
    rules.put("what was peeked can be taken while it is there", this::peeks);
    rules.put("a writer that left is not woken", this::leaves);
    rules.put("what waits in a writer can be dropped, and is counted", this::discards);
    rules.put("who waits until nothing waits to be sent is told on the loop", this::whenSent);
    rules.put("who waits until nothing waits is told of what was dropped too", this::whenDropped);
    return rules;
  }

  private void orders() {
    DatagramPortContract.Pair pair = contract.open();
    DatagramWriter low = writer(pair.near(), 1, 1);
    DatagramWriter high = writer(pair.near(), 1, 2);
    onLoop(pair.near(), () -> alternating(low, high));
    contract.same("received", "bbbaaa", received(pair.far(), 2 * SOME));
  }

  private void liveOrder() {
    DatagramPortContract.Pair pair = contract.open();
    DatagramWriter low = writer(pair.near(), 0, 1);
    DatagramWriter high = writer(pair.near(), 0, 2);
    onLoop(
        pair.near(),
        () -> {
          alternating(low, high);
          low.priority(new SendPriority(0, 3));
          return true;
        });
    contract.same("received", "aaabbb", received(pair.far(), 2 * SOME));
  }

  private void groups() {
    DatagramPortContract.Pair pair = contract.open();
    DatagramWriter one = writer(pair.near(), 1, 1);
    DatagramWriter other = writer(pair.near(), 2, 9);
    // Turns are of bytes: several small datagrams may go in one.
    String large = "x".repeat(pair.near().maxSize() - 1);
    onLoop(
        pair.near(),
        () -> {
          for (int i = 0; i < SOME; i++) {
            one.offer(ByteString.fromString("a" + large));
            other.offer(ByteString.fromString("b" + large));
          }
          return true;
        });
    String all = received(pair.far(), 2 * SOME).replace("x", "");
    contract.check("turns: " + all, all.equals("ababab") || all.equals("bababa"));
  }

  private static boolean alternating(DatagramWriter a, DatagramWriter b) {
    for (int i = 0; i < SOME; i++) {
      a.offer(ByteString.fromString("a"));
      b.offer(ByteString.fromString("b"));
    }
    return true;
  }

  private void ownQueues() {
    DatagramPortContract.Pair pair = contract.open();
    pair.near().limitOutgoing(new DatagramLimits(2, 0, 100));
    DatagramWriter one = pair.near().newWriter();
    DatagramWriter other = pair.near().newWriter();
    List<Boolean> more = Collections.synchronizedList(new ArrayList<>());
    onLoop(
        pair.near(),
        () -> {
          more.add(one.offer(ByteString.fromString("a")));
          more.add(one.offer(ByteString.fromString("b")));
          more.add(other.offer(ByteString.fromString("c")));
          return true;
        });
    contract.same("more", List.of(true, false, true), more);
    received(pair.far(), 3);
  }

  private void outcomes() {
    DatagramPortContract.Pair pair = contract.open();
    pair.near().limitOutgoing(new DatagramLimits(1, 0, 100));
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    onLoop(
        pair.near(),
        () -> {
          offer(pair.near(), "first", told);
          offer(pair.near(), "second", told);
          pair.near()
              .offer(
                  ByteString.fromArrayUnsafe(new byte[pair.near().maxSize() + 1]),
                  0,
                  outcome -> told.add("large " + outcome));
          return true;
        });
    contract.holds("all were told", () -> told.size() == 3);
    contract.settle();
    contract.same("told", List.of("first DROPPED", "large TOO_LARGE", "second SENT"), told);
  }

  private static void offer(DatagramWriter writer, String text, List<String> told) {
    writer.offer(ByteString.fromString(text), 0, outcome -> told.add(text + " " + outcome));
  }

  private void expires() {
    DatagramPortContract.Pair pair = contract.open();
    pair.near().limitOutgoing(new DatagramLimits(9, 60_000_000_000L, 100));
    List<DatagramOutcome> told = Collections.synchronizedList(new ArrayList<>());
    pair.near().offer(ByteString.fromString("old"), 60_000_000_001L, told::add);
    pair.near().offer(ByteString.fromString("young"), 0, told::add);
    contract.same("received", "young", received(pair.far(), 1));
    contract.same("told", List.of(DatagramOutcome.EXPIRED, DatagramOutcome.SENT), told);
    contract.same("expired", 1L, pair.near().stats().expiredOutgoing());
  }

  private void total() {
    DatagramPortContract.Pair pair = contract.open();
    pair.near().limitOutgoing(new DatagramLimits(2, 0, 3));
    onLoop(
        pair.near(),
        () -> {
          for (String each : List.of("a", "b", "c")) {
            DatagramWriter writer = pair.near().newWriter();
            writer.offer(ByteString.fromString(each));
            writer.offer(ByteString.fromString(each));
          }
          return true;
        });
    String all = received(pair.far(), 3);
    contract.same("dropped", 3L, pair.near().stats().droppedOutgoing());
    contract.check("one writer did not lose all: " + all, all.contains("a"));
  }

  private void latestPerKey() {
    DatagramPortContract.Pair pair = contract.open();
    DatagramWriter writer = pair.near().newWriter();
    writer.policy(DatagramPolicy.latestPerKey(payload -> payload.utf8String().charAt(0)));
    onLoop(
        pair.near(),
        () -> {
          for (String each : List.of("a1", "b1", "a2")) {
            writer.offer(ByteString.fromString(each));
          }
          return true;
        });
    contract.same("received", "a2b1", received(pair.far(), 2));
  }

  private void lowerBound() {
    DatagramPortContract.Pair pair = contract.open();
    for (String each : List.of("a", "b", "c")) {
      pair.near().offer(ByteString.fromString(each));
    }
    contract.holds("all came", () -> pair.far().stats().received() == 3);
    pair.far().limitIncoming(new DatagramLimits(1, 0, 100));
    contract.same("dropped", 2L, pair.far().stats().droppedIncoming());
    contract.same("received", "c", received(pair.far(), 1));
  }

  private void peeks() {
    DatagramPortContract.Pair pair = contract.open();
    pair.near().offer(ByteString.fromString("a"));
    contract.holds("it came", () -> pair.far().stats().received() == 1);
    ByteString peeked = pair.far().peek();
    contract.check("it is there", peeked != null && pair.far().take(peeked));
    contract.check("it has gone", peeked != null && !pair.far().take(peeked));
    contract.same("polled", null, pair.far().peek());
  }

  private void leaves() {
    DatagramPortContract.Pair pair = contract.open();
    AtomicInteger woken = new AtomicInteger();
    DatagramWriter stays = pair.near().newWriter();
    stays.onWritable(woken::incrementAndGet);
    DatagramWriter leaves = pair.near().newWriter();
    leaves.onWritable(() -> woken.addAndGet(100));
    leaves.leave();
    pair.near().close("it is over");
    contract.holds("woken", () -> woken.get() > 0);
    contract.settle();
    contract.same("woken", 1, woken.get());
  }

  private void discards() {
    DatagramPortContract.Pair pair = contract.open();
    DatagramWriter one = pair.near().newWriter();
    DatagramWriter other = pair.near().newWriter();
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    onLoop(
        pair.near(),
        () -> {
          offer(one, "a", told);
          offer(other, "b", told);
          one.discard();
          offer(one, "c", told);
          return true;
        });
    String all = received(pair.far(), 2);
    contract.check("what waited elsewhere, and came later: " + all, all.matches("bc|cb"));
    contract.holds("all were told", () -> told.size() == 3);
    contract.same("first told", "a DROPPED", told.get(0));
    contract.same("dropped", 1L, pair.near().stats().droppedOutgoing());
  }

  private void whenSent() {
    DatagramPortContract.Pair pair = contract.open();
    AtomicInteger ran = new AtomicInteger();
    onLoop(
        pair.near(),
        () -> {
          pair.near().offer(contract.numbered(0));
          pair.near().newWriter().offer(contract.numbered(1));
          pair.near().whenSent(ran::incrementAndGet);
          contract.same("ran while they wait", 0, ran.get());
          return true;
        });
    contract.holds("it ran", () -> ran.get() == 1);
    contract.same("sent", 2L, pair.near().stats().sent());
    AtomicBoolean inLoop = new AtomicBoolean();
    pair.near()
        .whenSent(
            () -> {
              inLoop.set(pair.near().loop().inLoop());
              ran.incrementAndGet();
            });
    contract.holds("it ran at once", () -> ran.get() == 2);
    contract.check("it ran on the loop", inLoop.get());
  }

  private void whenDropped() {
    DatagramPortContract.Pair pair = contract.open();
    AtomicInteger ran = new AtomicInteger();
    onLoop(
        pair.near(),
        () -> {
          pair.near().offer(contract.numbered(0));
          pair.near().whenSent(ran::incrementAndGet);
          pair.near().close("it is over");
          return true;
        });
    contract.holds("it ran", () -> ran.get() == 1);
    pair.near().whenSent(ran::incrementAndGet);
    contract.holds("it ran after the end", () -> ran.get() == 2);
  }

  private static DatagramWriter writer(DatagramPort port, long group, long order) {
    DatagramWriter writer = port.newWriter();
    writer.priority(new SendPriority(group, order));
    return writer;
  }

  /** Does it in one task of the loop, where nothing is sent meanwhile. */
  private void onLoop(DatagramPort port, Supplier<Boolean> task) {
    AtomicBoolean done = new AtomicBoolean();
    port.loop().execute(() -> done.set(task.get()));
    contract.holds("it was done", done::get);
  }

  private String received(DatagramPort port, int count) {
    StringBuilder all = new StringBuilder();
    contract.received(port, count).forEach(each -> all.append(each.utf8String()));
    return all.toString();
  }
}
