package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.StreamKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;

/** Two bare ends on a manual loop, and what they were told. */
final class BareLink {
  final VirtualLoop loop = VirtualLoop.manual();
  final MemoryNetwork network;
  final MemoryLink link;
  final List<TransportEvent> clientEvents = new ArrayList<>();
  final List<TransportEvent> serverEvents = new ArrayList<>();

  BareLink(long seed, MemorySettings settings, LinkConditions conditions) {
    network = new MemoryNetwork(loop, seed).settings(settings).conditions(conditions);
    link = network.link();
    link.client().events(clientEvents::add);
    link.server().events(serverEvents::add);
    loop.runUntilIdle();
  }

  BareLink() {
    this(1, MemorySettings.DEFAULT, LinkConditions.PERFECT);
  }

  void idle() {
    loop.runUntilIdle();
  }

  void advance(long millis) {
    loop.advance(Duration.ofMillis(millis));
  }

  StreamPort open(StreamKind kind) {
    return get(link.client().open(kind, 0));
  }

  StreamPort open() {
    return open(StreamKind.BIDIRECTIONAL);
  }

  <T> T get(CompletableFuture<T> future) {
    loop.runUntilIdle();
    return future.join();
  }

  /** The n-th stream that arrived at the server. */
  StreamPort arrived(int n) {
    return serverEvents.stream()
        .filter(TransportEvent.StreamArrived.class::isInstance)
        .map(event -> ((TransportEvent.StreamArrived) event).port())
        .skip(n)
        .findFirst()
        .orElseThrow();
  }

  DatagramPort clientDatagrams() {
    return get(link.client().datagrams(0));
  }

  DatagramPort serverDatagrams() {
    return get(link.server().datagrams(0));
  }

  /** Everything that the port holds now, as text. */
  static String polled(StreamPort port) {
    StringBuilder text = new StringBuilder();
    Inbound next;
    while ((next = port.poll()) != null) {
      text.append(next instanceof Inbound.Data data ? data.bytes().utf8String() : "<" + next + ">");
    }
    return text.toString();
  }

  static List<String> polled(DatagramPort port) {
    List<String> all = new ArrayList<>();
    ByteString next;
    while ((next = port.poll()) != null) {
      all.add(next.utf8String());
    }
    return all;
  }

  static ByteString zeros(int length) {
    return ByteString.fromArrayUnsafe(new byte[length]);
  }
}
