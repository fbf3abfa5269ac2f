/**
 * The measuring stick: {@code ahti bench} runs the same workloads over our public API and over bare
 * Netty QUIC handlers, each in JVMs of its own, and prints the ratio.
 *
 * <p>Start with {@link dev.ahti.bench.BenchCommand} (options), {@link dev.ahti.bench.Workload}
 * (what is measured) and {@link dev.ahti.bench.Side} (what a side has to offer).
 */
@NullMarked
package dev.ahti.bench;

import org.jspecify.annotations.NullMarked;
