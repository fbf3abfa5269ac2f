package dev.ahti.sockets.impl;

import dev.ahti.engine.address.IpAddress;
import dev.ahti.engine.spi.UdpPort;
import dev.ahti.sockets.MulticastController;
import dev.ahti.sockets.MulticastMembership;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The groups of one socket. */
final class Groups implements MulticastController {
  private final UdpPort port;
  // Guarded by this.
  private final Set<MulticastMembership> joined = new LinkedHashSet<>();

  Groups(UdpPort port) {
    this.port = port;
  }

  @Override
  public CompletionStage<Done> joinGroup(String ipAddress) {
    return join(ipAddress, Optional.empty());
  }

  @Override
  public CompletionStage<Done> joinGroup(String ipAddress, String sourceAddress) {
    return join(ipAddress, Optional.of(sourceAddress));
  }

  @Override
  public CompletionStage<Done> leaveGroup(String ipAddress) {
    return leave(ipAddress, Optional.empty());
  }

  @Override
  public CompletionStage<Done> leaveGroup(String ipAddress, String sourceAddress) {
    return leave(ipAddress, Optional.of(sourceAddress));
  }

  @Override
  public synchronized List<MulticastMembership> joinedGroups() {
    return List.copyOf(joined);
  }

  private synchronized boolean add(MulticastMembership group) {
    return joined.add(group);
  }

  private synchronized boolean remove(MulticastMembership group) {
    return joined.remove(group);
  }

  private CompletionStage<Done> join(String group, Optional<String> source) {
    try {
      InetAddress to = group(group);
      Optional<InetAddress> from = source.map(one -> address("sourceAddress", one));
      MulticastMembership membership = membership(to, from);
      if (port.closed().isDone() || !add(membership)) {
        return refused(membership + ": joined already, or the socket is closed");
      }
      CompletableFuture<Done> result = new CompletableFuture<>();
      var unused =
          port.join(to, from)
              .whenComplete(
                  (done, failure) -> {
                    if (failure == null) {
                      result.complete(done);
                    } else {
                      remove(membership);
                      result.completeExceptionally(SocketFailures.of(failure));
                    }
                  });
      return result;
    } catch (WebTransportTypeException none) {
      return CompletableFuture.failedFuture(none);
    }
  }

  private CompletionStage<Done> leave(String group, Optional<String> source) {
    try {
      InetAddress to = group(group);
      Optional<InetAddress> from = source.map(one -> address("sourceAddress", one));
      MulticastMembership membership = membership(to, from);
      if (!remove(membership)) {
        return refused(membership + ": not joined");
      }
      return port.leave(to, from)
          .exceptionallyCompose(
              failure -> CompletableFuture.failedFuture(SocketFailures.of(failure)));
    } catch (WebTransportTypeException none) {
      return CompletableFuture.failedFuture(none);
    }
  }

  private static MulticastMembership membership(InetAddress group, Optional<InetAddress> source) {
    return new MulticastMembership(text(group), source.map(Groups::text));
  }

  private static String text(InetAddress address) {
    return IpAddress.of(address.getAddress()).toString();
  }

  private static InetAddress group(String text) {
    InetAddress address = address("ipAddress", text);
    if (!address.isMulticastAddress()) {
      throw new WebTransportTypeException(
          "ipAddress: " + text + " (expected: the address of a multicast group)");
    }
    return address;
  }

  private static InetAddress address(String name, String text) {
    try {
      return InetAddress.getByAddress(
          IpAddress.parse(text)
              .orElseThrow(
                  () ->
                      new WebTransportTypeException(
                          name + ": '" + text + "' (expected: an IP literal)"))
              .bytes());
    } catch (UnknownHostException never) {
      throw new WebTransportTypeException(name + ": " + never.getMessage());
    }
  }

  private static CompletionStage<Done> refused(String why) {
    return CompletableFuture.failedFuture(new WebTransportInvalidStateException(why));
  }
}
