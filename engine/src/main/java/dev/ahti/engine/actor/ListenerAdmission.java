package dev.ahti.engine.actor;

import dev.ahti.engine.address.IpAddress;
import dev.ahti.engine.admission.PrefixTable;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.Admission;
import dev.ahti.engine.spi.PrefixLevels;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a listener lets in: connections and sessions by the prefix of their address and in all, and
 * nothing new while too much is queued, of the prefix or in all. Any thread; the lock is held for a
 * look into a table.
 */
final class ListenerAdmission implements Admission {
  private final EngineSettings.Admission settings;
  private final int maxConnections;
  private final int maxSessions;
  private final LongConsumer full;
  private final PrefixTable<PrefixLevels> table;
  private final Level prefixes;
  private final Counter overflows;
  private final Counter connectionsRefused;
  private final Counter sessionsRefused;
  private final Counter tooMany;
  private final List<Level> queued;
  private final RareWarning warnings = new RareWarning();
  private volatile int sessions;
  private int connections;
  private int shownPrefixes;
  private long shownOverflows;

  ListenerAdmission(EngineParts parts) {
    this(parts.settings().listener(), parts.gauges(), withheld -> {});
  }

  /**
   * For one listener.
   *
   * @param full is told, now and then, that a connection was refused because the listener has all
   *     it may have, with the number of those that it was not told of; on any thread
   */
  ListenerAdmission(EngineSettings.Listener listener, GaugeRegistry gauges, LongConsumer full) {
    this.settings = listener.admission();
    this.maxConnections = listener.maxConnections();
    this.full = full;
    this.maxSessions = listener.maxSessions();
    this.table =
        new PrefixTable<>(
            settings.perPrefix(), () -> PrefixLevels.partOf(gauges), System.nanoTime());
    this.prefixes = gauges.level(Gauges.ADMISSION_PREFIXES);
    this.overflows = gauges.counter(Gauges.ADMISSION_OVERFLOWS);
    this.connectionsRefused = gauges.counter(Gauges.ADMISSION_CONNECTIONS_REFUSED);
    this.sessionsRefused = gauges.counter(Gauges.ADMISSION_SESSIONS_REFUSED);
    this.tooMany = gauges.counter(Gauges.CONNECTIONS_REFUSED);
    this.queued =
        Stream.of(
                Gauges.INBOUND_QUEUED_BYTES,
                Gauges.OUTBOUND_QUEUED_BYTES,
                Gauges.HANDLERS_QUEUED_BYTES,
                Gauges.HTTP_REQUEST_BODY_BYTES)
            .map(gauges::level)
            .toList();
  }

  @Override
  public boolean mayConnect(InetSocketAddress from, boolean proven) {
    boolean queues = tooMuchIsQueued();
    boolean isFull;
    boolean asks;
    synchronized (this) {
      isFull = connections >= maxConnections;
      asks = asks(address(from), proven) && !queues;
    }
    // Who may come again with a proof is not refused yet.
    if (proven && isFull) {
      refuseAsFull();
    } else if (proven && !asks) {
      connectionsRefused.increment();
    }
    return asks && !isFull;
  }

  /** In the lock. */
  private boolean asks(IpAddress address, boolean proven) {
    long now = System.nanoTime();
    boolean may = table.mayConnect(address, proven, now) && hasRoom(address, now);
    show();
    return may;
  }

  /** Whether a prefix may queue more; in the lock. */
  private boolean hasRoom(IpAddress address, long now) {
    return table.other(address, now).queuedBytes() <= settings.queuedBytesOfPrefix();
  }

  /** A connection is refused as the listener has all it may have. */
  void refuseAsFull() {
    tooMany.increment();
    long withheld;
    synchronized (this) {
      if (!warnings.permits(System.nanoTime())) {
        return;
      }
      withheld = warnings.takeWithheld();
    }
    full.accept(withheld);
  }

  @Override
  public @Nullable Place connected(InetSocketAddress from) {
    PrefixTable.Held<PrefixLevels> held = null;
    boolean isFull;
    synchronized (this) {
      isFull = connections >= maxConnections;
      if (!isFull) {
        held = table.connected(address(from), System.nanoTime());
      }
      if (held != null) {
        connections++;
      }
      show();
    }
    if (isFull) {
      refuseAsFull();
      return null;
    } else if (held == null) {
      connectionsRefused.increment();
      return null;
    }
    Runnable end = held.end();
    return new Place(
        Optional.of(held.other()),
        once(
            () -> {
              end.run();
              connections--;
            }));
  }

  /** What those of an address hold whose connections are not let in here. */
  synchronized PrefixLevels levels(InetSocketAddress from) {
    return table.other(address(from), System.nanoTime());
  }

  /**
   * A client asks for a session.
   *
   * @return to be run once when it is over, or was not opened after all; null when there is no room
   */
  @Nullable Runnable session(InetSocketAddress from) {
    PrefixTable.Held<PrefixLevels> held = null;
    if (!tooMuchIsQueued()) {
      IpAddress address = address(from);
      long now = System.nanoTime();
      synchronized (this) {
        if (sessions < maxSessions && hasRoom(address, now)) {
          held = table.session(address, now);
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
    Runnable end = held.end();
    return once(
        () -> {
          end.run();
          sessions = sessions - 1;
        });
  }

  /** Sessions that are not over. */
  int sessions() {
    return sessions;
  }

  private boolean tooMuchIsQueued() {
    long sum = 0;
    for (Level level : queued) {
      sum += level.value();
    }
    return sum > settings.queuedBytes();
  }

  /** Does this at the first run, in the lock. */
  private Runnable once(Runnable end) {
    AtomicBoolean ended = new AtomicBoolean();
    return () -> {
      if (ended.compareAndSet(false, true)) {
        synchronized (this) {
          end.run();
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
