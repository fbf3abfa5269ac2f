package dev.ahti.webtransport;

import dev.ahti.engine.spi.HostResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Every host below {@code here.test} is this machine; one that a test {@linkplain #hold holds} is
 * looked up for as long as the test likes, so that a dial to it is under way for just as long.
 * There are no others.
 */
public final class HeldResolver implements HostResolver {

  /** The setting that makes an actor system use it. */
  static final String CONFIG =
      "ahti.netty.addresses.resolver = \"" + HeldResolver.class.getName() + "\"";

  private static final String HERE = ".here.test";
  private static final AtomicLong NAMES = new AtomicLong();
  private static final Map<String, Host> HELD = new ConcurrentHashMap<>();

  /** As the setting wants one. */
  public HeldResolver() {}

  /** A host whose lookup goes on until it is let go. */
  static Host hold() {
    Host host =
        new Host("held-" + NAMES.incrementAndGet() + HERE, new CountDownLatch(1), new AtomicLong());
    HELD.put(host.name(), host);
    return host;
  }

  /**
   * A host that is held, or was.
   *
   * @param name its name
   * @param gate open once it may be found
   * @param lookups how often it was looked up
   */
  record Host(String name, CountDownLatch gate, AtomicLong lookups) implements AutoCloseable {

    /** A server of it. */
    String url(int port) {
      return "https://" + name + ":" + port;
    }

    /** The same port as that server has, which is this machine's. */
    String url(Loopback loopback) {
      return url(loopback.binding.localAddress().getPort());
    }

    /** It is found: this machine. */
    void release() {
      gate.countDown();
    }

    @Override
    public void close() {
      release();
      HELD.remove(name);
    }
  }

  @Override
  public List<InetAddress> addressesOf(String host) throws UnknownHostException {
    String name = host.toLowerCase(Locale.ROOT);
    if (!name.endsWith(HERE)) {
      throw new UnknownHostException(host);
    }
    Host held = HELD.get(name);
    if (held != null) {
      held.lookups().incrementAndGet();
      await(held.gate());
    }
    return List.of(InetAddress.getLoopbackAddress());
  }

  private static void await(CountDownLatch gate) throws UnknownHostException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException("interrupted");
    }
  }
}
