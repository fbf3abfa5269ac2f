package dev.ahti.engine.spi;

import dev.ahti.engine.gauge.GaugeRegistry;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * What the engine lends to a transport for its whole life.
 *
 * @param system whose configuration, scheduler and log the transport uses
 * @param gauges where the transport counts what it holds and refuses
 * @param dispatchers turns the transport's loops into Pekko dispatchers
 */
public record TransportContext(
    ActorSystem<?> system, GaugeRegistry gauges, LoopDispatchers dispatchers) {}
