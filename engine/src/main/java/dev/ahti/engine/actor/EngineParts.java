package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.GaugeRegistry;

/** What every actor of one actor system shares. */
record EngineParts(EngineSettings settings, GaugeRegistry gauges) {}
