package dev.ahti.transport.netty;

import dev.ahti.engine.spi.HostResolver;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * The addresses of hosts: found by a resolver, and put in the order in which they are tried.
 *
 * @param resolver may block, and so may every call of this
 * @param tried how many of one host at most, above zero
 * @param headStart how long one is awaited before the next one is tried beside it
 */
record Addresses(HostResolver resolver, int tried, Duration headStart) {

  /** The operating system's way, and what Java remembers of it. */
  static final HostResolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  /**
   * A resolver by the name of its class.
   *
   * @param name empty for the operating system's
   * @throws IllegalArgumentException when the class is none
   */
  static HostResolver named(String name) {
    if (name.isEmpty()) {
      return SYSTEM;
    }
    try {
      return Class.forName(name, true, loader())
          .asSubclass(HostResolver.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  /** The application's, which may see more than we do. */
  private static ClassLoader loader() {
    ClassLoader ofTheThread = Thread.currentThread().getContextClassLoader();
    return ofTheThread == null ? Addresses.class.getClassLoader() : ofTheThread;
  }

  /** Those of a host, or the one that a literal is. */
  List<InetAddress> of(String host) throws UnknownHostException {
    return of(host, any -> true);
  }

  /** The same, of those that are wanted; a literal is one that has to be, too. */
  List<InetAddress> of(String host, Predicate<InetAddress> wanted) throws UnknownHostException {
    boolean literal = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    List<InetAddress> all =
        literal ? List.of(InetAddress.getByName(host)) : resolver.addressesOf(host);
    List<InetAddress> found = all.stream().filter(wanted).toList();
    if (found.isEmpty()) {
      throw new UnknownHostException(host + ": no address" + (all.isEmpty() ? "" : " of its kind"));
    }
    if (literal) {
      return found;
    }
    return inTurn(found, tried);
  }

  /**
   * One of each family in turn (RFC 8305 4): where one family leads nowhere, the other one is next.
   *
   * @param most how many are taken
   */
  static List<InetAddress> inTurn(List<InetAddress> found, int most) {
    Deque<InetAddress> next = new ArrayDeque<>();
    Deque<InetAddress> behind = new ArrayDeque<>();
    for (InetAddress each : new LinkedHashSet<>(found)) {
      (each.getClass() == found.get(0).getClass() ? next : behind).add(each);
    }
    List<InetAddress> order = new ArrayList<>();
    while (order.size() < most && !(next.isEmpty() && behind.isEmpty())) {
      if (!next.isEmpty()) {
        order.add(next.remove());
      }
      Deque<InetAddress> swapped = next;
      next = behind;
      behind = swapped;
    }
    return order;
  }
}
