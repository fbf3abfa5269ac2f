package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Datagrams between our client and our server. */
@OverBothBindings
class DatagramsIT {
  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  @Test
  void emptyAndLargestDatagramsArriveWholeAndLargerOnesAreDroppedAndCounted() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", accepted::add))) {
      WebTransport client = loopback.connect("/");
      WebTransport server = accepted.poll(10, TimeUnit.SECONDS);
      int max = client.datagrams().maxDatagramSize();
      assertTrue(max > 1000 && max < 1500, "maxDatagramSize: " + max);
      var received = server.datagrams().readable().take(2).runWith(Sink.seq(), loopback.system);
      Source.from(
              List.of(
                  ByteString.emptyByteString(),
                  ByteString.fromArray(new byte[max + 1]),
                  ByteString.fromArray(new byte[max])))
          .runWith(client.datagrams().createWritable().sink(), loopback.system);
      assertEquals(List.of(0, max), await(received).stream().map(ByteString::length).toList());
      loopback.awaitGauge("datagrams.dropped-outgoing", 1);
      client.close();
    }
  }

  @Test
  void severalWritablesSendSideBySide() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", accepted::add))) {
      WebTransport client = loopback.connect("/");
      WebTransport server = accepted.poll(10, TimeUnit.SECONDS);
      var received = server.datagrams().readable().take(30).runWith(Sink.seq(), loopback.system);
      for (String writer : List.of("a", "b", "c")) {
        Source.range(1, 10)
            .map(i -> ByteString.fromString(writer + i))
            .runWith(client.datagrams().createWritable().sink(), loopback.system);
      }
      Set<String> texts = new HashSet<>();
      await(received).forEach(bytes -> texts.add(bytes.utf8String()));
      assertEquals(30, texts.size());
      client.close();
    }
  }

  @Test
  void aSlowReaderLosesTheOldestAndTheLossIsCounted() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", accepted::add))) {
      WebTransport client = loopback.connect("/");
      WebTransport server = accepted.poll(10, TimeUnit.SECONDS);
      await(
          Source.range(1, 1000)
              .map(i -> ByteString.fromString(String.valueOf(i)))
              .runWith(client.datagrams().createWritable().sink(), loopback.system));
      Loopback.eventually(
          "drops are counted", () -> loopback.gauge("datagrams.dropped-incoming") > 0);
      int first =
          Integer.parseInt(
              await(server.datagrams().readable().runWith(Sink.head(), loopback.system))
                  .utf8String());
      assertTrue(first > 1, "the oldest is gone; the first read is " + first);
      client.close();
    }
  }
}
