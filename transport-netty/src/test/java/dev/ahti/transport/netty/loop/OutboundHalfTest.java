package dev.ahti.transport.netty.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.GaugeRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** The queue between a producer on any thread and the loop. */
class OutboundHalfTest {
  private static final int OFFERS = 3_000_000;

  @Test
  void whatIsCountedAsOfferedCanBeTaken() throws Exception {
    OutboundHalf half = new OutboundHalf(new PortGauges(new GaugeRegistry()), Long.MAX_VALUE);
    ByteString one = ByteString.fromArray(new byte[] {1});
    Thread producer =
        new Thread(
            () -> {
              for (int i = 0; i < OFFERS; i++) {
                half.offer(one);
              }
            },
            "producer");
    producer.start();
    ByteBuf into = Unpooled.buffer(1024);
    long taken = 0;
    while (taken < OFFERS) {
      long offered = half.bytesOffered();
      while (taken < offered) {
        int length = (int) Math.min(into.capacity(), offered - taken);
        int got = half.take(into.clear(), length);
        assertEquals(length, got, "offered: " + offered + ", taken: " + taken);
        taken += got;
      }
    }
    producer.join();
    assertTrue(half.isEmpty());
    half.sent(OFFERS);
    assertEquals(0, half.queued());
  }
}
