/**
 * The data plane: GraphStages that move payload between a user's Source or Sink and a transport's
 * {@link dev.ahti.engine.spi.StreamPort} or {@link dev.ahti.engine.spi.DatagramPort}.
 *
 * <p>Start with {@link dev.ahti.engine.stage.DuplexStage}. The stages run on whichever materializer
 * they are given; they are at their best on that of the port's own {@linkplain
 * dev.ahti.engine.spi.StreamLoop#materializer() loop}, where a wake-up stays on one thread.
 *
 * <p>May depend on ring 1, {@code dev.ahti.engine.spi} and {@code dev.ahti.engine.gauge} only;
 * actors are seen through {@link dev.ahti.engine.stage.StreamControl}.
 */
@NullMarked
package dev.ahti.engine.stage;

import org.jspecify.annotations.NullMarked;
