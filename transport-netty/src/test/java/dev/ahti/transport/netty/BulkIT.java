package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import java.security.MessageDigest;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Much data, and the gauges while it moves. */
class BulkIT {
  private static final int CHUNK = 16 * 1024;

  /** What says whose stream it is counts in the window too: at most so many bytes. */
  private static final int STREAM_HEADER = 10;

  @Test
  void endNeverOvertakesData() throws Exception {
    try (TestNet net = new TestNet()) {
      TestSession session = TestSession.open(net, net.pair());
      StreamPort port = session.open(net, session.client(), StreamKind.UNIDIRECTIONAL);
      PortProbe writer = new PortProbe(port);
      PortProbe reader = new PortProbe(session.serverStreams().receiveMessage().port());
      int length = 32 << 20;
      MessageDigest sent = MessageDigest.getInstance("SHA-256");
      MessageDigest seen = MessageDigest.getInstance("SHA-256");
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                Random random = new Random(1);
                for (int left = length; left > 0; left -= CHUNK) {
                  byte[] chunk = new byte[CHUNK];
                  random.nextBytes(chunk);
                  sent.update(chunk);
                  writer.write(ByteString.fromArrayUnsafe(chunk));
                }
                port.finish();
              });
      long received = 0;
      Inbound next;
      while ((next = reader.next()) instanceof Inbound.Data data) {
        received += data.bytes().length();
        seen.update(data.bytes().toArray());
      }
      assertEquals(Inbound.Fin.INSTANCE, next);
      writing.get(10, TimeUnit.SECONDS);
      assertEquals(length, received);
      assertArrayEquals(sent.digest(), seen.digest());
      assertEquals(WriteEnd.Finished.INSTANCE, writer.writeEnd());
      net.awaitGauge(Gauges.STREAM_BYTES_SENT, length);
      net.awaitGauge(Gauges.STREAM_BYTES_RECEIVED, length);
    }
  }

  @Test
  void readerThatStopsAskingHoldsItsCreditAndStopsTheSender() {
    try (TestNet net = new TestNet()) {
      TestSession session = TestSession.open(net, net.pair());
      StreamPort port = session.open(net, session.client(), StreamKind.UNIDIRECTIONAL);
      StreamPort far = session.serverStreams().receiveMessage().port();
      PortProbe reader = new PortProbe(far);
      ByteString chunk = ByteString.fromArray(new byte[CHUNK]);
      LinkedBlockingQueue<String> writable = new LinkedBlockingQueue<>();
      port.onWritable(() -> writable.add("wake"));
      long window = net.kit.system().settings().config().getBytes("ahti.netty.stream-window");
      port.offer(chunk);
      reader.bytes(1);
      // Until the window is full: a sender that stops before is not woken, and the test fails.
      do {
        while (port.offer(chunk)) {
          assertTrue(port.stats().bytesWritten() < 2 * window, "the window never closed");
        }
        PortProbe.await(
            () -> !writable.isEmpty() || port.stats().bytesSent() >= window - STREAM_HEADER);
      } while (writable.poll() != null);
      session.roundTrips(net);
      long accepted = port.stats().bytesSent();
      assertTrue(accepted <= window, "accepted " + accepted);
      long held = net.gauges.levels().get(Gauges.INBOUND_QUEUED_BYTES);
      assertTrue(held <= PortProbe.CREDIT, "held " + held);
      session.roundTrips(net);
      assertEquals(accepted, port.stats().bytesSent(), "accepted while nobody asks");
      // The reader asks again: the sender is woken, and goes on.
      long rest = port.stats().bytesWritten() - far.stats().bytesRead();
      port.finish();
      assertEquals(rest, reader.all().length());
      next(writable);
    }
  }

  /** Waits for a wake-up, which has to come. */
  private static void next(LinkedBlockingQueue<String> wakes) {
    try {
      if (wakes.poll(10, TimeUnit.SECONDS) == null) {
        throw new AssertionError("no wake-up came");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void manyShortStreamsLeaveNothing() {
    try (TestNet net = new TestNet()) {
      TestSession session = TestSession.open(net, net.pair());
      ByteString payload = ByteString.fromArray(new byte[100]);
      for (int i = 0; i < 2000; i++) {
        StreamPort near = session.open(net, session.client(), StreamKind.BIDIRECTIONAL);
        near.offer(payload);
        near.finish();
        StreamPort far = session.serverStreams().receiveMessage().port();
        if (i % 4 == 3) {
          // Aborted ones must not stay in any table either, nor come back as new streams.
          far.stopSending(0x52e4a40fa8dbL);
          far.reset(0x52e4a40fa8dbL);
          assertEquals(new Inbound.Reset(0x52e4a40fa8dbL), new PortProbe(near).end());
        } else {
          assertEquals(100, new PortProbe(far).all().length());
          far.finish();
          assertEquals(0, new PortProbe(near).all().length());
        }
      }
      session.serverStreams().expectNoMessage();
      // A writer that is idle learns of a stop at the next look of stop-sending-poll, not at once.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (net.gauges.levels().get(Gauges.STREAMS) != 0 && System.nanoTime() < deadline) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
      net.awaitGauge(Gauges.STREAMS, 0);
    }
  }

  @Test
  void datagramsPassBothWays() {
    try (TestNet net = new TestNet()) {
      TestSession session = TestSession.open(net, net.pair());
      LinkedBlockingQueue<String> client = new LinkedBlockingQueue<>();
      LinkedBlockingQueue<String> server = new LinkedBlockingQueue<>();
      session.clientDatagrams().onReadable(() -> client.add("wake"));
      session.serverDatagrams().onReadable(() -> server.add("wake"));
      for (int i = 0; i < 100; i++) {
        session.clientDatagrams().offer(ByteString.fromString("ping" + i));
        ByteString ping = next(session.serverDatagrams(), server);
        session.serverDatagrams().offer(ping);
        assertEquals("ping" + i, next(session.clientDatagrams(), client).utf8String());
      }
      detach(net, session.client(), session.id());
      detach(net, session.server(), session.id());
    }
  }

  private static void detach(TestNet net, TestNet.Side side, long session) {
    side.tell(new TransportCommand.DetachSession(session, net.kit.system().ignoreRef()));
  }

  private static ByteString next(DatagramPort port, LinkedBlockingQueue<String> wakes) {
    ByteString next;
    while ((next = port.poll()) == null) {
      next(wakes);
    }
    return next;
  }
}
