package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Datagrams: our server against a peer that writes raw bytes. */
class ServerDatagramWireIT extends ServerWire {
  @Test
  @Conformance("H3-B-02")
  void datagramsAreAnnouncedToQuic() {
    assertTrue(raw.peersDatagramLimit() > 1_000);
  }

  @Test
  void datagramWithoutQuarterStreamIdIsADatagramError() {
    settings();
    raw.datagram("c0");
    assertEquals("0x33", raw.closeCode());
  }

  @Test
  void quarterStreamIdAbove60BitsIsADatagramError() {
    settings();
    raw.datagram("d000000000000000");
    assertEquals("0x33", raw.closeCode());
  }

  @Test
  void earlyDatagramsWaitForTheirSessionWithinABound() {
    settings();
    for (int i = 0; i < 20; i++) {
      raw.datagram("00" + RawHttp.hex(String.valueOf((char) ('a' + i))));
    }
    // The one that is dropped last comes last.
    PortProbe.await(() -> net.gauges.snapshot().get(Gauges.EARLY_DATAGRAMS_DROPPED) == 4);
    request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    StringBuilder letters = new StringBuilder();
    ByteString next;
    while ((next = port.poll()) != null) {
      letters.append(next.utf8String());
    }
    assertEquals("efghijklmnopqrst", letters.toString());
    net.awaitGauge(Gauges.EARLY_DATAGRAMS_DROPPED, 4);
  }

  @Test
  void datagramsOfAnEndedSessionAreDropped() {
    settings();
    request(raw.bidirectional(""));
    attach(0);
    TestProbe<TransportCommand.SessionDetached> detached = net.kit.createTestProbe();
    server.tell(new TransportCommand.DetachSession(0, detached.ref()));
    detached.receiveMessage();
    raw.datagram("00aa");
    PortProbe.await(() -> net.gauges.snapshot().get(Gauges.DATAGRAMS_DROPPED_INCOMING) == 1);
    net.awaitGauge(Gauges.EARLY_DATAGRAMS, 0);
  }

  @Test
  void datagramsOfARefusedRequestAreDroppedAndNotHeld() {
    settings();
    RawStream refused = raw.bidirectional("");
    request(refused);
    server.tell(
        new TransportCommand.Respond(
            0, Fields.empty().with(":status", "404"), ByteString.emptyByteString(), true));
    refused.end();
    raw.datagram("0061");
    PortProbe.await(() -> net.gauges.snapshot().get(Gauges.DATAGRAMS_DROPPED_INCOMING) == 1);
    net.awaitGauge(Gauges.EARLY_DATAGRAMS, 0);
  }

  @Test
  void datagramsAreFramedByTheQuarterStreamId() {
    settings();
    request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    port.offer(ByteString.fromString("hi"));
    // wire.md 9.2
    assertEquals("006869", raw.datagram());
    port.offer(ByteString.emptyByteString());
    assertEquals("00", raw.datagram());
    assertEquals(2, port.stats().sent());
  }

  @Test
  void datagramsThatAreTooLargeOrTooManyAreDroppedAndCounted() {
    settings();
    request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    port.offer(ByteString.fromArray(new byte[port.maxSize() + 1]));
    assertEquals(1, port.stats().oversized());
    ByteString payload = ByteString.fromArray(new byte[port.maxSize()]);
    int offered = 5000;
    for (int i = 0; i < offered; i++) {
      port.offer(payload);
    }
    port.close("the test is over");
    awaitAll(port, offered);
    assertTrue(port.stats().droppedOutgoing() > 0, "all were taken");
    assertEquals(
        1 + port.stats().droppedOutgoing(),
        net.gauges.snapshot().get(Gauges.DATAGRAMS_DROPPED_OUTGOING));
    assertFalse(port.offer(payload));
  }

  private static void awaitAll(DatagramPort port, int offered) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (port.stats().sent() + port.stats().droppedOutgoing() < offered) {
      assertTrue(System.nanoTime() - deadline < 0, port.stats()::toString);
      Thread.onSpinWait();
    }
  }

  @Test
  void datagramsThatQuicHasNotTakenAreALevel() {
    settings();
    request(raw.bidirectional(""));
    DatagramPort port = TestSession.attach(net, server, 0, net.kit.createTestProbe());
    CompletableFuture<Long> level = new CompletableFuture<>();
    // On the loop, where nothing is sent before this is over.
    port.loop()
        .execute(
            () -> {
              for (int i = 0; i < 300; i++) {
                port.offer(ByteString.fromString("hi"));
              }
              level.complete(net.gauges.levels().get(Gauges.DATAGRAMS_WAITING_OUTGOING));
            });
    assertEquals(256, TestNet.get(level));
    net.awaitGauge(Gauges.DATAGRAMS_DROPPED_OUTGOING, 44);
    awaitAll(port, 300);
    PortProbe.await(() -> net.gauges.levels().get(Gauges.DATAGRAMS_WAITING_OUTGOING) == 0);
    assertEquals(256, port.stats().sent());
  }

  @Test
  void slowConsumerLosesTheOldestDatagrams() {
    settings();
    RawStream connect = raw.bidirectional("");
    TransportEvent.RequestReceived request = request(connect);
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    PortProbe body = new PortProbe(request.body());
    for (int i = 0; i < 556; i++) {
      raw.datagram("00" + String.format("%04x", i));
      if (i % 50 == 0) {
        // Keeps the peer's queue from overflowing.
        connect.write(RawHttp.frame(0, "00"));
        body.bytes(1);
      }
    }
    connect.write(RawHttp.frame(0, "00"));
    body.bytes(1);
    assertEquals(556, port.stats().received());
    assertEquals(44, port.stats().droppedIncoming());
    assertEquals(ByteString.fromArray(new byte[] {0, 44}), port.poll());
  }
}
