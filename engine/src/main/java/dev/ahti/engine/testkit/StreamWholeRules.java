package dev.ahti.engine.testkit;

import static dev.ahti.engine.testkit.PortContract.bytes;
import static dev.ahti.engine.testkit.PortContract.same;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.util.ByteString;

/** What goes whole or not at all, and what a reset must not drop. */
final class StreamWholeRules {
  private static final int FITS = 1024;

  private final StreamPortContract contract;

  StreamWholeRules(StreamPortContract contract) {
    this.contract = contract;
  }

  Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
    rules.put("what is offered whole and fits is sent", this::fits);
    if (contract.hasSessionFlow()) {
      rules.put("what is offered whole needs the session's credit whole", this::needsCredit);
      rules.put("a reset waits for what was committed", this::committed);
      rules.put("a reset drops what was offered behind what was committed", this::dropsTheRest);
      rules.put("the end of the session waits for nothing", this::sessionGone);
    }
    rules.put("what is offered whole needs the stream's window whole", this::needsWindow);
    rules.put("what is offered whole after the end is refused", this::afterTheEnd);
    return rules;
  }

  private boolean whole(StreamEnds ends, ByteString bytes) {
    List<Boolean> answers = new CopyOnWriteArrayList<>();
    ends.near().offerWhole(bytes, answers::add);
    contract.holds("an answer came", () -> !answers.isEmpty());
    contract.settle();
    same("answers", 1, answers.size());
    return answers.get(0);
  }

  private void fits() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    same("taken", true, whole(ends, bytes(FITS, 1)));
    ends.near().finish();
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the end came", () -> reader.readOn().end() != null);
    same("bytes", bytes(FITS, 1), reader.content());
  }

  private void needsCredit() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.near().loop(), 999);
    ends.near().flow(flow);
    same("1000 of 999", false, whole(ends, bytes(1000, 1)));
    flow.grant(1);
    same("1000 of 1000", true, whole(ends, bytes(1000, 2)));
    same("1 of 0", false, whole(ends, bytes(1, 3)));
    same("told as sent", 1000L, flow.sent());
    ends.near().finish();
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("the end came", () -> reader.readOn().end() != null);
    same("bytes", bytes(1000, 2), reader.content());
  }

  private void needsWindow() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    same("taken", false, whole(ends, bytes(64 * 1024 * 1024, 1)));
    same("written", 0L, ends.near().stats().bytesWritten());
    same("end", null, ends.near().ended());
  }

  private void afterTheEnd() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().reset(contract.code());
    same("taken", false, whole(ends, bytes(10, 1)));
  }

  private void committed() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.near().loop(), 1000);
    ends.near().flow(flow);
    ends.near().offer(bytes(5000, 1));
    ends.near().commit();
    ends.near().reset(contract.code());
    StreamReader reader = new StreamReader(ends.far());
    contract.holds("what there is credit for came", () -> reader.readOn().bytes() == 1000);
    contract.settle();
    same("end before all was sent", null, ends.near().ended());
    flow.grant(4000);
    contract.holds("the rest came", () -> reader.readOn().bytes() == 5000);
    contract.holds("the reset came", () -> reader.readOn().end() != null);
    same("end", new Inbound.Reset(contract.code()), reader.end());
    same("writer's end", new WriteEnd.Reset(contract.code()), ends.near().ended());
  }

  private void dropsTheRest() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ContractFlow flow = new ContractFlow(ends.near().loop(), 0);
    ends.near().flow(flow);
    ends.near().offer(bytes(3000, 1));
    ends.near().commit();
    ends.near().offer(bytes(3000, 2));
    ends.near().reset(contract.code());
    ends.near().offer(bytes(3000, 3));
    flow.grant(1_000_000);
    contract.holds("the writer ended", () -> ends.near().ended() != null);
    same("bytes sent", 3000L, ends.near().stats().bytesSent());
    same("queued", 0L, ends.near().queued());
  }

  private void sessionGone() {
    StreamEnds ends = contract.ends(StreamKind.BIDIRECTIONAL);
    ends.near().flow(new ContractFlow(ends.near().loop(), 0));
    ends.near().offer(bytes(3000, 1));
    ends.near().commit();
    ends.near().reset(contract.code());
    ends.near().reset(WebTransportErrorCode.WT_SESSION_GONE);
    contract.holds("the writer ended", () -> ends.near().ended() != null);
    same("end", new WriteEnd.Reset(WebTransportErrorCode.WT_SESSION_GONE), ends.near().ended());
  }
}
