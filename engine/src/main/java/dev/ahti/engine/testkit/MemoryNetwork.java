package dev.ahti.engine.testkit;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * Listeners and links in memory, on one loop, with one source of chance.
 *
 * <p>Three ways to use it:
 *
 * <ul>
 *   <li>{@link #of}: the network that an actor system with {@code ahti.transport = memory} uses;
 *       made at the first call, with a running loop;
 *   <li>{@link #use}: before that, to give an actor system a network of one's own, such as one with
 *       a manual loop, or the same one to two systems;
 *   <li>{@link #link()}: two bare ends, for tests of ports and stages.
 * </ul>
 *
 * <p>Send orders and groups hold among the datagrams of a session that wait. Streams have no
 * congestion to wait for here, so theirs change nothing, nor is there an order between a stream and
 * a datagram: what tests those needs a real transport behind a slow link.
 *
 * <p>Any thread. With a manual loop everything waits until the test runs it.
 */
public final class MemoryNetwork {
  private static final int FIRST_PORT = 40_000;
  private static final int FIRST_CLIENT_PORT = 50_000;
  private static final int LAST_PORT = 65_535;

  private final VirtualLoop loop;
  private final Random random;
  private final GaugeRegistry gauges = new GaugeRegistry();
  private final AtomicInteger transports = new AtomicInteger();
  private volatile MemorySettings settings = MemorySettings.DEFAULT;
  private volatile LinkConditions conditions = LinkConditions.PERFECT;

  // Under the lock: tests look at them from their own threads.
  private final Object lock = new Object();
  private final Map<Integer, MemoryListener> listeners = new LinkedHashMap<>();
  private final Set<MemoryLink> links = new LinkedHashSet<>();
  private int nextClientPort = FIRST_CLIENT_PORT;

  /**
   * An empty network.
   *
   * @param loop where everything happens; its shutdown stays the caller's business
   * @param seed decides what is lost, doubled and reordered
   */
  public MemoryNetwork(VirtualLoop loop, long seed) {
    this.loop = loop;
    this.random = new Random(seed);
  }

  /** The network of an actor system. */
  public static MemoryNetwork of(ActorSystem<?> system) {
    return NetworkExtension.of(system).network();
  }

  /**
   * Makes this the network of an actor system.
   *
   * @throws IllegalStateException when the system has one already
   */
  public void use(ActorSystem<?> system) {
    NetworkExtension.of(system).use(this);
  }

  /** The bounds of the connections made from now on. */
  public MemoryNetwork settings(MemorySettings now) {
    settings = now;
    return this;
  }

  /** The conditions that links made from now on begin with. */
  public MemoryNetwork conditions(LinkConditions now) {
    conditions = now;
    return this;
  }

  /** Where everything happens. */
  public VirtualLoop loop() {
    return loop;
  }

  /** Counts what bare links hold; transports count in the registry of their actor system. */
  public GaugeRegistry gauges() {
    return gauges;
  }

  /** The links whose connections are open, oldest first. */
  public List<MemoryLink> links() {
    synchronized (lock) {
      links.removeIf(MemoryLink::isOver);
      return new ArrayList<>(links);
    }
  }

  /** Two bare ends: nobody listens or dials, no actor drives them. */
  public MemoryLink link() {
    MemoryLoop bare = new MemoryLoop(loop);
    return link(
        new MemoryLink.End(bare, address(FIRST_PORT), Map.of(), gauges),
        new MemoryLink.End(bare, clientAddress(), Map.of(), gauges));
  }

  /** A transport on this network, for one actor system. */
  public Transport transport(TransportContext context) {
    MemoryLoop own =
        new MemoryLoop(
            loop, "ahti.memory-loop-" + transports.getAndIncrement(), context.dispatchers());
    return new MemoryTransport(this, own, context.gauges());
  }

  MemoryLink link(MemoryLink.End client, MemoryLink.End server) {
    MemoryLink link = new MemoryLink(loop, random, conditions, settings, client, server);
    synchronized (lock) {
      links.removeIf(MemoryLink::isOver);
      links.add(link);
    }
    return link;
  }

  LinkConditions conditions() {
    return conditions;
  }

  /**
   * Registers a listener at its address, or at a free one for port 0; null when it is taken. Every
   * host name is this machine.
   */
  @Nullable InetSocketAddress add(InetSocketAddress wanted, MemoryListener listener) {
    synchronized (lock) {
      int port = wanted.getPort();
      if (port == 0) {
        port = FIRST_PORT;
        while (listeners.containsKey(port) && port < LAST_PORT) {
          port++;
        }
      }
      if (listeners.putIfAbsent(port, listener) != null) {
        return null;
      }
      return wanted.isUnresolved()
          ? address(port)
          : new InetSocketAddress(wanted.getAddress(), port);
    }
  }

  void remove(int port, MemoryListener listener) {
    synchronized (lock) {
      listeners.remove(port, listener);
    }
  }

  @Nullable MemoryListener listener(int port) {
    synchronized (lock) {
      return listeners.get(port);
    }
  }

  InetSocketAddress clientAddress() {
    synchronized (lock) {
      if (nextClientPort > LAST_PORT) {
        nextClientPort = FIRST_CLIENT_PORT;
      }
      return address(nextClientPort++);
    }
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
