package dev.ahti.transport.netty;

import static java.util.stream.Collectors.joining;

import dev.ahti.engine.spi.HostResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every host of example.org and example.net is this one, and what is invalid is not asked for. A
 * host below {@code at.test} has the addresses that its labels say: {@code 127p0p0p2.nn1.at.test}
 * has 127.0.0.2 and ::1.
 */
public final class TestResolver implements HostResolver {
  private static final String AT = ".at.test";

  /** As the setting wants one. */
  public TestResolver() {}

  /** The name that has these addresses. */
  static String nameOf(String... addresses) {
    return Stream.of(addresses)
            .map(one -> one.replace('.', 'p').replace(':', 'n'))
            .collect(joining("."))
        + AT;
  }

  @Override
  public List<InetAddress> addressesOf(String host) throws UnknownHostException {
    String name = host.toLowerCase(Locale.ROOT);
    if (name.endsWith(".invalid")) {
      throw new UnknownHostException(host);
    }
    if (name.endsWith(AT)) {
      return literals(name.substring(0, name.length() - AT.length()));
    }
    boolean ours = name.endsWith("example.org") || name.endsWith("example.net");
    return List.of(InetAddress.getByName(ours ? "127.0.0.1" : host));
  }

  private static List<InetAddress> literals(String labels) throws UnknownHostException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String label : labels.split("\\.")) {
      addresses.add(InetAddress.getByName(label.replace('p', '.').replace('n', ':')));
    }
    return addresses;
  }
}
