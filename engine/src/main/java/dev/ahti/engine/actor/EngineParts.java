package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import org.apache.pekko.actor.typed.ActorSystem;

/** What every actor of one actor system shares. */
record EngineParts(EngineSettings settings, GaugeRegistry gauges, SystemTimers timers) {

  /** The same with another flow control of sessions. */
  EngineParts withFlow(EngineSettings.Flow flow) {
    return new EngineParts(settings.withFlow(flow), gauges, timers);
  }

  /** With timers of this actor system. */
  static EngineParts of(ActorSystem<?> system, EngineSettings settings, GaugeRegistry gauges) {
    return new EngineParts(
        settings, gauges, new SystemTimers(system, gauges.level(Gauges.SCHEDULER_TIMERS)));
  }
}
