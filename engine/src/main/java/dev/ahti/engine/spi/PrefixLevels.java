package dev.ahti.engine.spi;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;

/**
 * What the clients of one address prefix hold of what all share: a part of the level of all, each.
 * A transport counts the streams of a connection here in place of there.
 *
 * @param streams that have a port
 * @param inboundQueuedBytes of streams, that wait for the application
 * @param outboundQueuedBytes of streams, that wait for the peer
 * @param streamedAnswers plain answers under way whose body is a stream
 */
public record PrefixLevels(
    Level streams, Level inboundQueuedBytes, Level outboundQueuedBytes, Level streamedAnswers) {

  /** Of one more prefix, which holds nothing yet. */
  public static PrefixLevels partOf(GaugeRegistry gauges) {
    return new PrefixLevels(
        gauges.level(Gauges.STREAMS).part(),
        gauges.level(Gauges.INBOUND_QUEUED_BYTES).part(),
        gauges.level(Gauges.OUTBOUND_QUEUED_BYTES).part(),
        gauges.level(Gauges.HTTP_ANSWERS_STREAMED).part());
  }

  /** Bytes of streams that wait, either way. */
  public long queuedBytes() {
    return inboundQueuedBytes.value() + outboundQueuedBytes.value();
  }
}
