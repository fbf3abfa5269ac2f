package dev.ahti.transport.netty.http2;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;

/** Where the windows of sessions count; looked up once, as sessions are many. */
final class FlowGauges {
  final Level sessions;
  final Level receiveCredit;
  final Level streamsWaiting;
  final Counter grants;
  final Counter blocked;
  final Counter violations;

  FlowGauges(GaugeRegistry gauges) {
    sessions = gauges.level(Gauges.FLOW_SESSIONS);
    receiveCredit = gauges.level(Gauges.FLOW_RECEIVE_CREDIT);
    streamsWaiting = gauges.level(Gauges.FLOW_STREAMS_WAITING);
    grants = gauges.counter(Gauges.FLOW_GRANTS);
    blocked = gauges.counter(Gauges.FLOW_BLOCKED);
    violations = gauges.counter(Gauges.FLOW_VIOLATIONS);
  }
}
