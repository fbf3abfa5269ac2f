package dev.ahti.transport.netty.http3;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;

/** Where headers that take their time, or are too long, are counted; looked up once. */
final class HeaderGauges {
  final Level waiting;
  final Counter overdue;
  final Counter tooLarge;
  final Counter settingsTooLarge;

  HeaderGauges(GaugeRegistry gauges) {
    waiting = gauges.level(Gauges.HEADERS_WAITING);
    overdue = gauges.counter(Gauges.HEADERS_OVERDUE);
    tooLarge = gauges.counter(Gauges.HEADERS_TOO_LARGE);
    settingsTooLarge = gauges.counter(Gauges.SETTINGS_TOO_LARGE);
  }
}
