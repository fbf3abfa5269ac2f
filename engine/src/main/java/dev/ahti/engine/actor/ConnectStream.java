package dev.ahti.engine.actor;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.SessionInput;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.CapsuleDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The CONNECT stream of a session: turns what can be read into inputs of the session's machine, and
 * writes its capsules. Reads ahead no more than the setting says, whatever the peer sends.
 */
final class ConnectStream {
  /** Why a session fails whose CONNECT stream was stopped from here before it was over. */
  static final String STOPPED_HERE = "this side stopped the CONNECT stream";

  /** Reads before others on the loop have their turn. */
  private static final int READS_IN_A_ROW = 16;

  private final StreamPort port;
  private final CapsuleDecoder decoder;
  private final Counter skipped;
  private final Counter control;
  private final long controlBudget;
  private final long budgetWindowNanos;
  private long controlLeft;
  private long budgetSince;
  private boolean readEnded;
  private boolean more;
  private volatile boolean left;

  ConnectStream(SessionSetup setup) {
    EngineSettings.Session settings = setup.settings();
    this.port = setup.connect();
    this.decoder =
        new CapsuleDecoder(
            new CapsuleDecoder.Limits(settings.datagramCapsuleSize(), settings.capsuleBudget()),
            new CapsuleDecoder.Known(
                setup.dialect().hasDrain(),
                setup.dialect().hasFlowControl(setup.flow().isPresent())));
    this.budgetWindowNanos = settings.capsuleBudgetWindow().toNanos();
    this.budgetSince = setup.now();
    this.controlBudget = settings.controlCapsuleBudget();
    this.controlLeft = controlBudget;
    this.control = setup.parts().gauges().counter(Gauges.CAPSULES_CONTROL_BYTES);
    this.skipped = setup.parts().gauges().counter(Gauges.CAPSULES_SKIPPED_BYTES);
  }

  /**
   * Sets who is told, on the loop, how the halves of the stream ended on the wire.
   *
   * @param read bytes before the end may still wait to be read
   */
  void observe(Consumer<Inbound> read, Consumer<WriteEnd> write) {
    port.observe(
        new PortObserver() {
          @Override
          public void onReadEnd(Inbound end) {
            if (!left) {
              read.accept(end);
            }
          }

          @Override
          public void onWriteEnd(WriteEnd end) {
            if (!left) {
              write.accept(end);
            }
          }
        });
  }

  /** Nobody is told any more. */
  void leave() {
    left = true;
  }

  /**
   * Starts to read.
   *
   * @param wake called on the loop when there is something to {@link #read}
   */
  void open(long readAhead, Runnable wake) {
    port.onReadable(wake);
    port.request(readAhead);
  }

  /** What came; {@link #hasMore()} says whether to call again soon. */
  List<SessionInput> read(long now) {
    refill(now);
    List<SessionInput> inputs = new ArrayList<>();
    more = false;
    for (int reads = 0; !readEnded; reads++) {
      if (reads == READS_IN_A_ROW) {
        more = true;
        return inputs;
      }
      Inbound next = port.poll();
      if (next == null) {
        return inputs;
      }
      take(next, inputs);
    }
    return inputs;
  }

  /** Whether the last {@link #read} left something behind. */
  boolean hasMore() {
    return more;
  }

  /** Whether everything was read up to the end of the peer's half. */
  boolean readEnded() {
    return readEnded;
  }

  /** How our half ended, or {@code null} while it is open. */
  @Nullable WriteEnd writeEnd() {
    return port.ended();
  }

  void send(Capsule capsule) {
    port.offer(capsule.encode());
  }

  void finish() {
    port.finish();
  }

  void reset(long wireCode) {
    port.reset(wireCode);
  }

  void stop(long wireCode) {
    readEnded = true;
    port.stopSending(wireCode);
  }

  private void refill(long now) {
    if (now - budgetSince >= budgetWindowNanos) {
      budgetSince = now;
      decoder.refillSkipBudget();
      controlLeft = controlBudget;
    }
  }

  private void take(Inbound next, List<SessionInput> inputs) {
    if (next instanceof Inbound.Data data) {
      decode(data.bytes(), inputs);
      port.request(data.bytes().length());
      return;
    }
    readEnded = true;
    if (next instanceof Inbound.Reset reset) {
      inputs.add(new SessionInput.PeerReset(reset.code()));
    } else if (next instanceof Inbound.Lost lost) {
      inputs.add(new SessionInput.ConnectionLost(lost.why()));
    } else if (next instanceof Inbound.Stopped) {
      inputs.add(new SessionInput.ConnectionLost(STOPPED_HERE));
    } else {
      Violation cut = decoder.finish();
      inputs.add(cut == null ? new SessionInput.PeerFinished() : new SessionInput.Violated(cut));
    }
  }

  /** Whether the budget has room for a capsule; a datagram is no control, a CLOSE is the last. */
  private boolean spend(Capsule capsule) {
    if (capsule instanceof Capsule.DatagramCapsule || capsule instanceof Capsule.CloseSession) {
      return true;
    }
    int bytes = capsule.encode().length();
    control.add(bytes);
    controlLeft -= bytes;
    return controlLeft >= 0;
  }

  private Violation tooMuchControl() {
    return Violation.session(
        Http3ErrorCode.H3_EXCESSIVE_LOAD,
        "more than " + controlBudget + " bytes of capsules of control",
        "RFC 9114 10.5");
  }

  private void decode(ByteString bytes, List<SessionInput> inputs) {
    long before = decoder.skippedBytes();
    CapsuleDecoder.Result result = decoder.feed(bytes);
    skipped.add(decoder.skippedBytes() - before);
    Violation violation = result.violation();
    for (Capsule capsule : result.capsules()) {
      if (!spend(capsule)) {
        violation = tooMuchControl();
        break;
      }
      inputs.add(new SessionInput.CapsuleReceived(capsule));
    }
    if (violation != null) {
      readEnded = true;
      inputs.add(new SessionInput.Violated(violation));
    }
  }
}
