/** The benchmarks: the public API beside raw Netty QUIC, in one run, in separate JVMs. */
@NullMarked
package dev.ahti.bench;

import org.jspecify.annotations.NullMarked;
