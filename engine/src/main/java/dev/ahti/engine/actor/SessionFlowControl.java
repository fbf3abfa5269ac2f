package dev.ahti.engine.actor;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.flow.SessionLimits;
import dev.ahti.engine.flow.SessionWindows;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamKind;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The windows of one session, kept on its connection's loop, where its bytes move. The session's
 * actor may run elsewhere ({@code ahti.loop-dispatcher = off}): what it asks is handed to the loop,
 * what it has to know is told to {@link Listener}.
 *
 * <p>Bounds: the line of waiting senders is as long as the streams of the session that are open.
 */
final class SessionFlowControl implements SessionFlow {

  /** Who acts on what the windows come to; called on the loop, must not block. */
  interface Listener {
    /** Something to tell the peer. */
    void capsule(Capsule capsule);

    /** The peer broke a limit: the session has to end. At most once. */
    void violated(Violation violation);

    /** No stream of this kind may be opened now. */
    void openBlocked(StreamKind kind);

    /** Streams of this kind may be opened again, after {@link #openBlocked}. */
    void streamsAvailable(StreamKind kind);
  }

  private final StreamLoop loop;
  private final SessionWindows windows;
  private final Listener listener;
  private final Level sessions;
  private final Level receiveCredit;
  private final Level streamsWaiting;
  private final Counter grants;
  private final Counter blocked;
  private final Counter violations;
  private final AtomicLong consumedElsewhere = new AtomicLong();

  // Loop only.
  private final LinkedHashSet<Sender> line = new LinkedHashSet<>();
  private final Set<StreamKind> openBlocked = EnumSet.noneOf(StreamKind.class);
  private long shownCredit;
  private int waiting;
  private boolean counted;
  private boolean open;
  private boolean over;

  SessionFlowControl(
      StreamLoop loop, FlowControl control, GaugeRegistry gauges, Listener listener) {
    this.loop = loop;
    this.windows = new SessionWindows(control);
    this.listener = listener;
    this.sessions = gauges.level(Gauges.FLOW_SESSIONS);
    this.receiveCredit = gauges.level(Gauges.FLOW_RECEIVE_CREDIT);
    this.streamsWaiting = gauges.level(Gauges.FLOW_STREAMS_WAITING);
    this.grants = gauges.counter(Gauges.FLOW_GRANTS);
    this.blocked = gauges.counter(Gauges.FLOW_BLOCKED);
    this.violations = gauges.counter(Gauges.FLOW_VIOLATIONS);
  }

  // The session's actor; any thread.

  /** The session is there: from now on the peer is told of limits. */
  void open() {
    run(
        () -> {
          if (!over) {
            open = true;
            counted = true;
            sessions.increment();
            showCredit();
            grant();
            for (StreamKind kind : StreamKind.values()) {
              grant(kind);
            }
          }
        });
  }

  /** The session is over: nothing counts any more. */
  void close() {
    run(this::end);
  }

  /** Tells the limits as they are, on the loop. */
  void read(Consumer<SessionLimits> reader) {
    run(() -> reader.accept(windows.limits()));
  }

  /** A capsule of the peer. */
  void on(Capsule capsule) {
    run(
        () -> {
          if (over || violates(windows.on(capsule))) {
            return;
          }
          if (capsule instanceof Capsule.MaxStreams max && openBlocked.remove(max.kind())) {
            listener.streamsAvailable(max.kind());
          }
          wakeFirst();
        });
  }

  /**
   * Asks for a stream if the peer's limit allows one, which then counts as opened; otherwise the
   * listener is told that it does not.
   */
  void ask(StreamKind kind, Runnable ask) {
    run(
        () -> {
          if (windows.mayOpen(kind)) {
            windows.opened(kind);
            ask.run();
          } else {
            openBlocked.add(kind);
            tellBlocked(windows.streamsBlocked(kind));
            listener.openBlocked(kind);
          }
        });
  }

  /** The peer is expected to have so many streams of a kind open at a time. */
  void anticipate(StreamKind kind, int streams) {
    run(
        () -> {
          if (open) {
            tellGrant(windows.anticipate(kind, streams));
          }
        });
  }

  /** A stream that was asked for was not opened. */
  void notOpened(StreamKind kind) {
    run(() -> windows.notOpened(kind));
  }

  /** The peer opened a stream. */
  void peerOpened(StreamKind kind) {
    run(
        () -> {
          if (!over) {
            violates(windows.peerOpened(kind));
          }
        });
  }

  /** The peer opened a stream before the session came, and it was rejected. */
  void rejectedBefore(EarlyRejection rejection) {
    peerOpened(rejection.kind());
    run(() -> rejection.passOn(this));
  }

  // The ports.

  @Override
  public long credit(Sender sender, long wanted) {
    if (over) {
      return 0;
    }
    long sendable = windows.sendable();
    boolean turn = line.isEmpty() || line.iterator().next() == sender;
    if (turn && sendable > 0) {
      return Math.min(wanted, sendable);
    }
    line.add(sender);
    if (sendable == 0) {
      tellBlocked(windows.dataBlocked());
    }
    return 0;
  }

  @Override
  public void sent(Sender sender, long bytes) {
    windows.sent(bytes);
    if (!line.isEmpty()) {
      leave(sender);
    }
  }

  @Override
  public void unsent(long bytes) {
    windows.unsent(bytes);
    wakeFirst();
  }

  @Override
  public void leave(Sender sender) {
    if (line.remove(sender)) {
      wakeFirst();
    }
  }

  @Override
  public void waiting(int more) {
    if (!over) {
      waiting += more;
      streamsWaiting.add(more);
    }
  }

  @Override
  public void received(long bytes) {
    if (!over && !violates(windows.received(bytes))) {
      showCredit();
    }
  }

  @Override
  public void consumed(long bytes) {
    if (loop.inLoop()) {
      windows.consumed(bytes);
      grant();
    } else if (consumedElsewhere.getAndAdd(bytes) == 0) {
      // One task for all that is consumed until it runs.
      loop.execute(this::takeConsumedElsewhere);
    }
  }

  private void takeConsumedElsewhere() {
    windows.consumed(consumedElsewhere.getAndSet(0));
    grant();
  }

  @Override
  public void unseen(long atMost) {
    windows.unseen(atMost);
    grant();
  }

  @Override
  public void closed(StreamKind kind) {
    windows.peerClosed(kind);
    grant(kind);
  }

  // Loop only.

  private void grant() {
    if (open) {
      tellGrant(windows.grantData());
    }
  }

  private void grant(StreamKind kind) {
    if (open) {
      tellGrant(windows.grantStreams(kind));
    }
  }

  private void tellGrant(@Nullable Capsule capsule) {
    if (capsule != null) {
      grants.increment();
      showCredit();
      listener.capsule(capsule);
    }
  }

  private void tellBlocked(@Nullable Capsule capsule) {
    if (capsule != null && open) {
      blocked.increment();
      listener.capsule(capsule);
    }
  }

  private boolean violates(@Nullable Violation violation) {
    if (violation == null) {
      return false;
    }
    end();
    violations.increment();
    listener.violated(violation);
    return true;
  }

  /** Says to the first in the line that there is credit; who comes after it hears when it sent. */
  private void wakeFirst() {
    if (!over && !line.isEmpty() && windows.sendable() > 0) {
      line.iterator().next().creditAvailable();
    }
  }

  private void showCredit() {
    if (counted) {
      long credit = windows.receivable();
      receiveCredit.add(credit - shownCredit);
      shownCredit = credit;
    }
  }

  private void end() {
    over = true;
    open = false;
    streamsWaiting.add(-waiting);
    waiting = 0;
    line.clear();
    receiveCredit.add(-shownCredit);
    shownCredit = 0;
    if (counted) {
      counted = false;
      sessions.decrement();
    }
  }

  private void run(Runnable task) {
    if (loop.inLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }
}
