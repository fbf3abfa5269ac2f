/**
 * The yardstick: the workloads on bare Netty QUIC handlers, without HTTP/3, streams of ours or
 * actors. It uses the transport options our own transport uses, so that the ratio shows the price
 * of what we add and nothing else. Start with {@link dev.ahti.bench.raw.RawSide}.
 */
@NullMarked
package dev.ahti.bench.raw;

import org.jspecify.annotations.NullMarked;
