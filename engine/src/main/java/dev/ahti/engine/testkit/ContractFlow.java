package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Credit that a test grants, and what the ports told: an independent, simple {@link SessionFlow}.
 */
final class ContractFlow implements SessionFlow {
  private final StreamLoop loop;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong consumed = new AtomicLong();
  private final AtomicLong unseen = new AtomicLong();
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();

  // Loop only.
  private final ArrayDeque<Sender> line = new ArrayDeque<>();
  private long credit;

  ContractFlow(StreamLoop loop, long credit) {
    this.loop = loop;
    this.credit = credit;
  }

  /** Sets it as a session does, on the loop: what is read before it is there is not counted. */
  CompletableFuture<Void> setOn(StreamPort port) {
    return CompletableFuture.runAsync(() -> port.flow(this), loop::execute);
  }

  void grant(long bytes) {
    loop.execute(
        () -> {
          credit += bytes;
          wake();
        });
  }

  long sent() {
    return sent.get();
  }

  long received() {
    return received.get();
  }

  long consumed() {
    return consumed.get();
  }

  long unseen() {
    return unseen.get();
  }

  int closed() {
    return closed.get();
  }

  int waiting() {
    return waiting.get();
  }

  @Override
  public long credit(Sender sender, long wanted) {
    requireLoop();
    if (credit > 0 && (line.isEmpty() || line.peek() == sender)) {
      return Math.min(credit, wanted);
    }
    if (!line.contains(sender)) {
      line.add(sender);
    }
    return 0;
  }

  @Override
  public void sent(Sender sender, long bytes) {
    requireLoop();
    if (bytes > credit) {
      throw new IllegalStateException("sent " + bytes + " (expected: at most " + credit + ")");
    }
    credit -= bytes;
    sent.addAndGet(bytes);
    leave(sender);
  }

  @Override
  public void unsent(long bytes) {
    requireLoop();
    sent.addAndGet(-bytes);
  }

  @Override
  public void leave(Sender sender) {
    requireLoop();
    if (line.remove(sender)) {
      wake();
    }
  }

  @Override
  public void waiting(int more) {
    requireLoop();
    waiting.addAndGet(more);
  }

  @Override
  public void received(long bytes) {
    requireLoop();
    received.addAndGet(bytes);
  }

  @Override
  public void consumed(long bytes) {
    consumed.addAndGet(bytes);
  }

  @Override
  public void unseen(long atMost) {
    requireLoop();
    unseen.addAndGet(atMost);
  }

  @Override
  public void closed(StreamKind kind) {
    requireLoop();
    closed.incrementAndGet();
  }

  private void wake() {
    if (credit > 0 && !line.isEmpty()) {
      line.element().creditAvailable();
    }
  }

  private void requireLoop() {
    if (!loop.inLoop()) {
      throw new IllegalStateException("called off the loop");
    }
  }
}
