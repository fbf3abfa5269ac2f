package dev.ahti.engine.stage;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ReadPort;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.util.ByteString;

/**
 * From a port to an outlet.
 *
 * <p>Credit is granted on demand only, and only when half of it or less is left. Without demand the
 * half looks at what comes next and takes it only if it is an end: so an end that follows the last
 * bytes completes the outlet, and bytes wait in the port, where they are counted.
 *
 * <p>Runs inside the interpreter, except {@link #run()}.
 */
final class ReadHalf extends AbstractOutHandler implements Runnable {
  private final StreamLogic logic;
  private final Outlet<ByteString> out;
  private final StreamHandle handle;
  private final StreamFailures failures;
  private final StreamEnds ends;
  private final ReadPort port;

  /** Granted and not yet received. What a read overshoots is not owed, as in {@link ReadPort}. */
  private long credit;

  private boolean ended;

  /** What somebody who read by hand has left; comes first. */
  private Unread unread = Unread.NOTHING;

  ReadHalf(
      StreamLogic logic, Outlet<ByteString> out, StreamHandle handle, StreamFailures failures) {
    this.logic = logic;
    this.out = out;
    this.handle = handle;
    this.failures = failures;
    this.ends = new StreamEnds(handle, failures);
    this.port = handle.port();
  }

  void start() {
    unread = handle.undelivered().take();
    port.onReadable(this);
    onWake();
  }

  /** The port's wake-up. Any thread. */
  @Override
  public void run() {
    logic.wake(StreamLogic.READ);
  }

  @Override
  public void onPull() {
    if (!ended) {
      deliver();
    }
  }

  @Override
  public void onDownstreamFinish(Throwable cause) {
    if (!ended) {
      ended = true;
      long code = failures.applicationCode(cause).orElse(0);
      port.stopSending(handle.dialect().toWire(code));
      handle.undelivered().delivered();
    }
  }

  void onWake() {
    if (ended) {
      return;
    }
    if (logic.demanded(out)) {
      deliver();
    } else {
      lookForEnd();
    }
  }

  void stop() {
    port.onReadable(StreamLogic.NOBODY);
    if (!ended) {
      ended = true;
      port.stopSending(handle.dialect().toWire(0));
      handle.undelivered().delivered();
    }
  }

  /** Gives everything there is as one element; this is bounded by the credit and one read. */
  private void deliver() {
    if (unread != Unread.NOTHING) {
      deliverUnread();
      return;
    }
    ByteString batch = null;
    Inbound next = port.poll();
    while (next instanceof Inbound.Data data) {
      received(data);
      batch = batch == null ? data.bytes() : batch.concat(data.bytes());
      next = port.poll();
    }
    if (batch != null) {
      logic.give(out, batch);
    }
    if (next != null) {
      end(next);
    } else if (batch == null && credit <= handle.receiveCredit() / 2) {
      // Before it is used up: a read takes no more than the credit, so the last of it would make
      // small reads.
      port.request(handle.receiveCredit() - credit);
      credit = handle.receiveCredit();
    }
  }

  private void deliverUnread() {
    Unread left = unread;
    unread = Unread.NOTHING;
    handle.undelivered().bytes(0);
    if (!left.bytes().isEmpty()) {
      logic.give(out, left.bytes());
    }
    Inbound end = left.end();
    if (end != null) {
      end(end);
    } else if (left.bytes().isEmpty()) {
      deliver();
    }
  }

  private void lookForEnd() {
    Inbound end = unread.end();
    if (end == null) {
      Inbound next = port.peek();
      if (next != null && next.isEnd() && unread.isPassedOverBy(next)) {
        // None when the actor exchanges it for another one right now, which comes with a wake-up.
        end = port.poll();
      }
    } else if (!unread.isPassedOverBy(end)) {
      return;
    }
    if (end != null) {
      unread = Unread.NOTHING;
      end(end);
    }
  }

  private void received(Inbound.Data data) {
    credit = Math.max(0, credit - data.bytes().length());
  }

  private void end(Inbound end) {
    ended = true;
    handle.undelivered().delivered();
    if (end instanceof Inbound.Reset reset) {
      logic.end(out, ends.reset(reset.code()));
    } else if (end instanceof Inbound.Stopped stopped) {
      logic.end(out, ends.aborted(stopped.code()));
    } else if (end instanceof Inbound.Lost lost) {
      logic.end(out, ends.lost(lost.why()));
    } else {
      logic.end(out);
    }
  }
}
