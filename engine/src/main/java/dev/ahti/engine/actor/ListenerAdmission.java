package dev.ahti.engine.actor;

import dev.ahti.engine.address.IpAddress;
import dev.ahti.engine.admission.PrefixTable;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.Admission;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a listener lets in: connections and sessions by the prefix of their address, sessions in
 * all, and nothing new while too much is queued. Any thread; the lock is held for a look into a
 * table.
 */
final class ListenerAdmission implements Admission {
  private final EngineSettings.Admission settings;
  private final int maxSessions;
  private final PrefixTable table;
  private final Level prefixes;
  private final Counter overflows;
  private final Counter connectionsRefused;
  private final Counter sessionsRefused;
  private final Level inbound;
  private final Level outbound;
  private volatile int sessions;
  private int shownPrefixes;
  private long shownOverflows;

  ListenerAdmission(EngineParts parts) {
    this(parts.settings().listener(), parts.gauges());
  }

  ListenerAdmission(EngineSettings.Listener listener, GaugeRegistry gauges) {
    this.settings = listener.admission();
    this.maxSessions = listener.maxSessions();
    this.table = new PrefixTable(settings.perPrefix(), System.nanoTime());
    this.prefixes = gauges.level(Gauges.ADMISSION_PREFIXES);
    this.overflows = gauges.counter(Gauges.ADMISSION_OVERFLOWS);
    this.connectionsRefused = gauges.counter(Gauges.ADMISSION_CONNECTIONS_REFUSED);
    this.sessionsRefused = gauges.counter(Gauges.ADMISSION_SESSIONS_REFUSED);
    this.inbound = gauges.level(Gauges.INBOUND_QUEUED_BYTES);
    this.outbound = gauges.level(Gauges.OUTBOUND_QUEUED_BYTES);
  }

  @Override
  public boolean mayConnect(InetSocketAddress from, boolean proven) {
    boolean may = !tooMuchIsQueued() && asks(address(from), proven);
    // Who may come again with a proof is not refused yet.
    if (!may && proven) {
      connectionsRefused.increment();
    }
    return may;
  }

  private synchronized boolean asks(IpAddress address, boolean proven) {
    boolean may = table.mayConnect(address, proven, System.nanoTime());
    show();
    return may;
  }

  @Override
  public @Nullable Runnable connected(InetSocketAddress from) {
    PrefixTable.Held held;
    synchronized (this) {
      held = table.connected(address(from), System.nanoTime());
      show();
    }
    if (held == null) {
      connectionsRefused.increment();
      return null;
    }
    return once(held, 0);
  }

  /**
   * A client asks for a session.
   *
   * @return to be run once when it is over, or was not opened after all; null when there is no room
   */
  @Nullable Runnable session(InetSocketAddress from) {
    PrefixTable.Held held = null;
    if (!tooMuchIsQueued()) {
      synchronized (this) {
        if (sessions < maxSessions) {
          held = table.session(address(from), System.nanoTime());
        }
        if (held != null) {
          sessions = sessions + 1;
        }
        show();
      }
    }
    if (held == null) {
      sessionsRefused.increment();
      return null;
    }
    return once(held, 1);
  }

  /** Sessions that are not over. */
  int sessions() {
    return sessions;
  }

  private boolean tooMuchIsQueued() {
    return inbound.value() + outbound.value() > settings.queuedBytes();
  }

  private Runnable once(PrefixTable.Held held, int session) {
    AtomicBoolean ended = new AtomicBoolean();
    return () -> {
      if (ended.compareAndSet(false, true)) {
        synchronized (this) {
          held.end();
          sessions = sessions - session;
          show();
        }
      }
    };
  }

  private void show() {
    prefixes.add(table.holding() - shownPrefixes);
    shownPrefixes = table.holding();
    overflows.add(table.overflows() - shownOverflows);
    shownOverflows = table.overflows();
  }

  private static IpAddress address(InetSocketAddress from) {
    InetAddress address = from.getAddress();
    return IpAddress.of(address == null ? new byte[Integer.BYTES] : address.getAddress());
  }
}
