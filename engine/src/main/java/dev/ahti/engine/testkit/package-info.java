/**
 * A transport in memory, for tests: it implements {@code dev.ahti.engine.spi} with flow-control
 * windows, stream limits, latency, seeded loss and faults, on a clock that the test moves.
 *
 * <p>Start with {@link dev.ahti.engine.testkit.MemoryNetwork}. An actor system uses it when {@code
 * ahti.transport = memory}; two bare ends without actors come from {@link
 * dev.ahti.engine.testkit.MemoryNetwork#link()}. {@link dev.ahti.engine.testkit.StreamPortContract}
 * and {@link dev.ahti.engine.testkit.DatagramPortContract} hold the rules of the ports for any
 * transport.
 *
 * <p>Everything of one network happens on one {@link dev.ahti.engine.testkit.VirtualLoop}: the same
 * seed and the same calls give the same run.
 *
 * <p>May depend on ring 1, {@code dev.ahti.engine.spi} and {@code dev.ahti.engine.gauge} only, but
 * for {@link dev.ahti.engine.testkit.Leftovers}, which asks {@code dev.ahti.engine.actor.Ahti} for
 * its gauges.
 */
@NullMarked
package dev.ahti.engine.testkit;

import org.jspecify.annotations.NullMarked;
