package dev.ahti.engine.spi;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Finds the addresses of a host, where something else than the operating system is to do that.
 * {@code ahti.netty.addresses.resolver} names the class, which has a public constructor without
 * arguments. Called by several threads at a time.
 */
@FunctionalInterface
public interface HostResolver {

  /**
   * The addresses of a host. What it takes counts into the time of the dial, and so do lookups that
   * wait for a thread behind it.
   *
   * @param host a name; never an IP literal, which is nothing to look up
   * @return at least one, those that it prefers first; families are tried in turn, beginning with
   *     that of the first
   * @throws UnknownHostException when there is none; fails the dial
   */
  List<InetAddress> addressesOf(String host) throws UnknownHostException;
}
