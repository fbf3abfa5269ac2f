package dev.ahti.engine.testkit;

import static dev.ahti.engine.testkit.PortContract.bytes;
import static dev.ahti.engine.testkit.PortContract.check;
import static dev.ahti.engine.testkit.PortContract.same;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** Flow control of the session: what is sent with credit only, and what is counted. */
final class StreamFlowRules {
  private final StreamPortContract contract;

  StreamFlowRules(StreamPortContract contract) {
    this.contract = contract;
  }

  Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
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

  private void sendsWithCreditOnly() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.near().loop(), 5000);
    ends.near().flow(flow);
    ByteString sent = bytes(20_000, 4);
    ends.near().offer(sent);
    ends.near().finish();
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("what there is credit for came", () -> reader.readOn().bytes() == 5000);
    contract.settle();
    same("bytes without more credit", 5000L, reader.readOn().bytes());
    same("bytes sent", 5000L, ends.near().stats().bytesSent());
    same("writer's end", null, ends.near().ended());
    flow.grant(1);
    contract.holds("one byte came", () -> reader.readOn().bytes() == 5001);
    flow.grant(1_000_000);
    contract.holds("the end came", () -> reader.readOn().end() != null);
    check("the bytes are those that were sent", reader.content().equals(sent));
    same("bytes told as sent", 20_000L, flow.sent());
  }

  private void endNeedsNoCredit() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().flow(new ContractFlow(ends.near().loop(), 0));
    ends.near().finish();
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the end came", () -> reader.readOn().end() != null);
    same("end", Inbound.Fin.INSTANCE, reader.end());
    contract.holds("the writer ended", () -> ends.near().ended() != null);
  }

  private void streamsTakeTurns() {
    StreamEnds one = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(one.near().loop(), 0);
    // The same loop where the transport has one connection for all; elsewhere a stream alone.
    List<StreamEnds> all = new ArrayList<>(List.of(one));
    for (int i = 0; i < 2; i++) {
      StreamEnds more = contract.ends(StreamKind.BIDIRECTIONAL);
      if (more.near().loop() == one.near().loop()) {
        all.add(more);
      }
    }
    List<StreamReader> readers = all.stream().map(ends -> new StreamReader(ends.far())).toList();
    for (StreamEnds ends : all) {
      ends.near().flow(flow);
      ends.near().offer(bytes(100, 1));
    }
    contract.holds("all wait", () -> flow.waiting() == all.size());
    for (int round = 1; round <= 5; round++) {
      for (int turn = 0; turn < all.size(); turn++) {
        int total = (round - 1) * all.size() + turn + 1;
        flow.grant(1);
        contract.holds(
            "byte " + total + " came",
            () -> readers.stream().mapToLong(reader -> reader.readOn().bytes()).sum() == total);
      }
      for (StreamReader reader : readers) {
        same("bytes of each stream in round " + round, (long) round, reader.bytes());
      }
    }
  }

  private void endedSenderLeaves() {
    StreamEnds first = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(first.near().loop(), 0);
    first.near().flow(flow);
    first.near().offer(bytes(10, 1));
    contract.holds("it waits", () -> flow.waiting() == 1);
    first.near().reset(contract.code());
    contract.holds("it has left", () -> flow.waiting() == 0);
    StreamEnds second = contract.ends(StreamKind.BIDIRECTIONAL);
    second.near().flow(flow);
    second.near().offer(bytes(10, 1));
    contract.holds("it waits", () -> flow.waiting() == 1);
    second.far().stopSending(contract.code());
    contract.holds("it has left", () -> flow.waiting() == 0);
    same("bytes told as sent", 0L, flow.sent());
  }

  private void countsBytes() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.far().loop(), 0);
    contract.holds("the flow is set", flow.setOn(ends.far())::isDone);
    ends.near().offer(bytes(700, 1));
    ends.near().finish();
    ends.far().request(100_000);
    contract.holds("they were counted", () -> flow.received() == 700);
    same("consumed before a poll", 0L, flow.consumed());
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the end came", () -> reader.readOn().end() != null);
    contract.holds("they were consumed", () -> flow.consumed() == 700);
    contract.settle();
    same("received", 700L, flow.received());
    same("unseen", 0L, flow.unseen());
  }

  private void countsStopped() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.far().loop(), 0);
    contract.holds("the flow is set", flow.setOn(ends.far())::isDone);
    ends.near().offer(bytes(700, 1));
    ends.far().request(1);
    contract.holds("some were counted", () -> flow.received() > 0);
    ends.far().stopSending(contract.code());
    contract.settle();
    same("consumed", flow.received(), flow.consumed());
    check("what the peer may have sent is told", flow.received() + flow.unseen() >= 700);
  }

  private void countsReset() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.far().loop(), 0);
    contract.holds("the flow is set", flow.setOn(ends.far())::isDone);
    ends.near().offer(bytes(700, 1));
    contract.settle();
    ends.near().reset(contract.code());
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the reset came", () -> reader.readOn().end() != null);
    contract.holds(
        "all that was sent counts as consumed", () -> flow.consumed() + flow.unseen() >= 700);
    check("no more than was sent counts as received", flow.received() <= 700);
  }

  private void tellsClosed() {
    for (boolean late : new boolean[] {false, true}) {
      StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
      ContractFlow far = new ContractFlow(ends.far().loop(), 0);
      ContractFlow near = new ContractFlow(ends.near().loop(), 0);
      ends.near().flow(near);
      if (!late) {
        ends.far().flow(far);
      }
      ends.near().finish();
      new StreamReader(ends.far()).readOn();
      contract.settle();
      same("closed with one half open", 0, far.closed());
      ends.far().finish();
      new StreamReader(ends.near()).readOn();
      contract.settle();
      if (late) {
        ends.far().flow(far);
      }
      contract.holds("it was told", () -> far.closed() == 1);
      contract.settle();
      same("told", 1, far.closed());
      same("told of a stream of our own", 0, near.closed());
    }
  }
}
