package dev.ahti.engine.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Streams over a link: windows, limits, time and faults. */
class MemoryLinkTest {

  private static MemorySettings windows(long stream, long connection) {
    return MemorySettings.DEFAULT.withWindows(stream, connection);
  }

  private static BareLink link(MemorySettings settings) {
    return new BareLink(1, settings, LinkConditions.PERFECT);
  }

  @Test
  void deliversAfterTheLatencyAndNotBefore() {
    BareLink bare =
        new BareLink(
            1, MemorySettings.DEFAULT, LinkConditions.PERFECT.withLatency(Duration.ofMillis(50)));
    StreamPort near = bare.open();
    near.offer(ByteString.fromString("hello"));
    bare.advance(49);
    assertEquals(1, bare.serverEvents.size());
    bare.advance(1);
    StreamPort far = bare.arrived(0);
    far.request(100);
    bare.idle();
    assertEquals("hello", BareLink.polled(far));
  }

  @Test
  void keepsTheOrderWhenTheLatencyFalls() {
    BareLink bare =
        new BareLink(
            1, MemorySettings.DEFAULT, LinkConditions.PERFECT.withLatency(Duration.ofMillis(50)));
    StreamPort near = bare.open();
    near.offer(ByteString.fromString("slow "));
    bare.idle();
    bare.link.conditions(LinkConditions.PERFECT);
    near.offer(ByteString.fromString("fast"));
    bare.idle();
    assertEquals(1, bare.serverEvents.size());
    bare.advance(50);
    bare.arrived(0).request(100);
    bare.idle();
    assertEquals("slow fast", BareLink.polled(bare.arrived(0)));
  }

  @Test
  void sendsNoMoreThanTheStreamsWindow() {
    BareLink bare = link(windows(1000, 10_000));
    StreamPort near = bare.open();
    near.offer(BareLink.zeros(5000));
    bare.idle();
    assertEquals(1000, near.stats().bytesSent());
    assertEquals(4000, near.queued());
    bare.arrived(0).request(300);
    bare.idle();
    // One read of what had arrived: the whole window, which opens again.
    assertEquals(2000, near.stats().bytesSent());
  }

  @Test
  void sharesTheConnectionsWindowBetweenStreams() {
    BareLink bare = link(windows(1000, 1500));
    StreamPort first = bare.open();
    StreamPort second = bare.open();
    first.offer(BareLink.zeros(5000));
    second.offer(BareLink.zeros(5000));
    bare.idle();
    assertEquals(1500, first.stats().bytesSent() + second.stats().bytesSent());
    bare.arrived(0).request(1);
    bare.idle();
    assertEquals(2500, first.stats().bytesSent() + second.stats().bytesSent());
    assertTrue(second.stats().bytesSent() > 500, "the second stream got its share");
  }

  @Test
  void givesTheConnectionsWindowBackForBytesThatNobodyReads() {
    BareLink bare = link(windows(1000, 1000));
    StreamPort dropped = bare.open();
    dropped.offer(BareLink.zeros(1000));
    bare.idle();
    bare.arrived(0).stopSending(0);
    bare.idle();
    StreamPort reset = bare.open();
    reset.offer(BareLink.zeros(1000));
    bare.idle();
    reset.reset(0);
    bare.idle();
    StreamPort late = bare.open();
    late.offer(BareLink.zeros(1000));
    bare.idle();
    assertEquals(1000, late.stats().bytesSent());
  }

  @Test
  void withholdsCreditUntilToldOtherwise() {
    BareLink bare = link(windows(1000, 1000));
    StreamPort near = bare.open();
    near.offer(BareLink.zeros(3000));
    bare.idle();
    bare.link.server().withholdCredit(true);
    bare.arrived(0).request(10_000);
    bare.idle();
    assertEquals(1000, bare.arrived(0).stats().bytesReceived());
    assertEquals(1000, near.stats().bytesSent());
    bare.link.server().grant(near.id(), 500);
    bare.idle();
    assertEquals(1500, near.stats().bytesSent());
    bare.link.server().withholdCredit(false);
    bare.idle();
    assertEquals(3000, near.stats().bytesSent());
  }

  @Test
  void countsStreamsAsQuicDoes() {
    BareLink bare = new BareLink();
    assertEquals(0, bare.open().id());
    assertEquals(4, bare.open().id());
    assertEquals(2, bare.open(StreamKind.UNIDIRECTIONAL).id());
    assertEquals(1, bare.get(bare.link.server().open(StreamKind.BIDIRECTIONAL, 0)).id());
    assertEquals(3, bare.get(bare.link.server().open(StreamKind.UNIDIRECTIONAL, 0)).id());
  }

  @Test
  void opensNoMoreStreamsThanThePeerAllowsUntilOneHasEnded() {
    BareLink bare = link(MemorySettings.DEFAULT.withStreams(1, 1));
    StreamPort first = bare.open();
    CompletableFuture<StreamPort> refused = bare.link.client().open(StreamKind.BIDIRECTIONAL, 0);
    bare.idle();
    assertThrows(CompletionException.class, refused::join);
    assertNotNull(bare.open(StreamKind.UNIDIRECTIONAL));
    bare.clientEvents.clear();
    first.finish();
    bare.arrived(0).finish();
    first.request(1);
    bare.arrived(0).request(1);
    bare.idle();
    assertEquals(
        List.of(new TransportEvent.StreamsAvailable(StreamKind.BIDIRECTIONAL)), bare.clientEvents);
    assertEquals(4, bare.open().id());
  }

  @Test
  void allowsMoreStreamsWhenTheTestSaysSo() {
    BareLink bare = link(MemorySettings.DEFAULT.withStreams(0, 0));
    CompletableFuture<StreamPort> refused = bare.link.client().open(StreamKind.UNIDIRECTIONAL, 0);
    bare.idle();
    assertTrue(refused.isCompletedExceptionally());
    bare.link.server().grantStreams(StreamKind.UNIDIRECTIONAL, 1);
    bare.idle();
    assertEquals(
        new TransportEvent.StreamsAvailable(StreamKind.UNIDIRECTIONAL), bare.clientEvents.get(1));
    assertEquals(2, bare.open(StreamKind.UNIDIRECTIONAL).id());
  }

  @Test
  void tellsSettingsFirstAndLosesNothingBeforeItIsDriven() {
    VirtualLoop loop = VirtualLoop.manual();
    MemoryLink link = new MemoryNetwork(loop, 1).link();
    link.client().events(event -> {});
    CompletableFuture<StreamPort> opened = link.client().open(StreamKind.BIDIRECTIONAL, 8);
    loop.runUntilIdle();
    opened.join().offer(ByteString.fromString("early"));
    loop.runUntilIdle();
    List<TransportEvent> events = new ArrayList<>();
    link.server().events(events::add);
    loop.runUntilIdle();
    assertEquals(new TransportEvent.PeerSettings(Map.of()), events.get(0));
    TransportEvent.StreamArrived arrived =
        assertInstanceOf(TransportEvent.StreamArrived.class, events.get(1));
    assertEquals(8, arrived.sessionId());
    arrived.port().request(1);
    loop.runUntilIdle();
    assertEquals("early", BareLink.polled(arrived.port()));
  }

  @Test
  void endsEverythingAndTellsBothEndsWhenOneCloses() {
    BareLink bare = new BareLink();
    StreamPort near = bare.open();
    near.offer(ByteString.fromString("before"));
    bare.arrived(0).request(100);
    bare.link.client().close(0x100, "enough");
    bare.idle();
    assertEquals(
        new TransportEvent.ConnectionClosed(0x100, "enough", false),
        bare.clientEvents.get(bare.clientEvents.size() - 1));
    assertEquals(
        new TransportEvent.ConnectionClosed(0x100, "enough", true),
        bare.serverEvents.get(bare.serverEvents.size() - 1));
    assertEquals(new WriteEnd.Lost("enough"), near.ended());
    assertEquals("before<Lost[why=enough]>", BareLink.polled(bare.arrived(0)));
    assertEquals(0, bare.link.client().openStreams());
    assertEquals(0, bare.link.server().openStreams());
    assertEquals(List.of(), bare.network.links());
    bare.network.gauges().levels().forEach((name, level) -> assertEquals(0, level, name));
    assertEquals(0, bare.loop.waiting());
  }

  @Test
  void losesWhatIsUnderWayWhenItIsCut() {
    BareLink bare =
        new BareLink(
            1, MemorySettings.DEFAULT, LinkConditions.PERFECT.withLatency(Duration.ofMillis(5)));
    StreamPort near = bare.open();
    bare.advance(5);
    near.offer(ByteString.fromString("never arrives"));
    bare.idle();
    bare.link.cut("the cable broke");
    bare.idle();
    TransportEvent gone = new TransportEvent.ConnectionClosed(0, "the cable broke", false);
    assertEquals(gone, bare.clientEvents.get(bare.clientEvents.size() - 1));
    assertEquals(gone, bare.serverEvents.get(bare.serverEvents.size() - 1));
    StreamPort far = bare.arrived(0);
    far.request(100);
    bare.advance(100);
    assertEquals(new Inbound.Lost("the cable broke"), far.poll());
    assertNull(far.poll());
    assertEquals(0, far.stats().bytesReceived());
  }

  @Test
  void holdsEverythingWhileItIsPaused() {
    BareLink bare = new BareLink();
    StreamPort near = bare.open();
    bare.arrived(0).request(100);
    bare.link.pause();
    near.offer(ByteString.fromString("a"));
    bare.idle();
    near.offer(ByteString.fromString("b"));
    near.finish();
    bare.advance(10_000);
    assertEquals(0, bare.arrived(0).stats().bytesReceived());
    assertFalse(bare.arrived(0).finished());
    bare.link.resume();
    bare.idle();
    assertEquals("ab<INSTANCE>", BareLink.polled(bare.arrived(0)));
  }
}
