package dev.ahti.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportConnectionStats;
import dev.ahti.webtransport.WebTransportDatagramStats;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.impl.AddressText;
import java.io.PrintWriter;
import java.util.StringJoiner;

/** What {@code ahti connect} says of its session: a line for people or one JSON object. */
final class ConnectReport {
  private static final double NANOS_PER_MILLI = 1e6;

  private final PrintWriter to;
  private final boolean json;

  ConnectReport(PrintWriter to, boolean json) {
    this.to = to;
    this.json = json;
  }

  /** What was negotiated; the session is ready. */
  void connected(WebTransport session) {
    ObjectNode line = event("connected");
    line.put("draft", session.info().draft().toString());
    line.put("http", session.info().httpVersion() == WebTransportHttpVersion.HTTP_3 ? 3 : 2);
    line.put("protocol", session.protocol());
    line.put("address", AddressText.of(session.info().remoteAddress()));
    print(line);
  }

  /** What came on streams that the server opened, if it opened any. */
  void serverStreams(ServerStreams opened) {
    if (opened.count() > 0) {
      ObjectNode line = event("serverStreams");
      line.put("streams", opened.count());
      line.put("bytes", opened.bytes());
      print(line);
    }
  }

  /** What was sent and received; a figure that is not known is absent. */
  void statistics(WebTransportConnectionStats stats) {
    ObjectNode line = event("statistics");
    stats.bytesSent().ifPresent(bytes -> line.put("bytesSent", bytes));
    stats.bytesReceived().ifPresent(bytes -> line.put("bytesReceived", bytes));
    stats.packetsSent().ifPresent(packets -> line.put("packetsSent", packets));
    stats.packetsReceived().ifPresent(packets -> line.put("packetsReceived", packets));
    stats.packetsLost().ifPresent(packets -> line.put("packetsLost", packets));
    WebTransportDatagramStats datagrams = stats.datagrams();
    datagrams.sent().ifPresent(sent -> line.put("datagramsSent", sent));
    datagrams.received().ifPresent(received -> line.put("datagramsReceived", received));
    stats
        .smoothedRtt()
        .ifPresent(rtt -> line.put("smoothedRttMillis", rtt.toNanos() / NANOS_PER_MILLI));
    print(line);
  }

  private static ObjectNode event(String name) {
    return new ObjectMapper().createObjectNode().put("event", name);
  }

  private void print(ObjectNode line) {
    to.println(json ? line.toString() : text(line));
    to.flush();
  }

  private static String text(ObjectNode line) {
    StringJoiner parts = new StringJoiner(", ", line.path("event").asText() + ": ", "");
    line.fields()
        .forEachRemaining(
            each -> {
              if (!each.getKey().equals("event") && !each.getValue().asText().isEmpty()) {
                parts.add(each.getKey() + " " + each.getValue().asText());
              }
            });
    return parts.toString();
  }
}
