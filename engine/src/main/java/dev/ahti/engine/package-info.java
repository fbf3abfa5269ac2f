/**
 * The WebTransport engine: a pure protocol core inside a Pekko shell, without any network library.
 *
 * <p>Ring 1 holds the protocol as values and state machines and knows no clock, thread or actor:
 * {@code wire}, {@code dialect}, {@code error}, {@code flow}, {@code session}, {@code mux} and
 * {@code schedule}. Ring 2 runs it on Pekko: {@code actor} for control, {@code stage} for payload,
 * {@code spi} for what a transport implements, {@code gauge} for every limit and queue, and {@code
 * testkit} for an in-memory transport. Imports point inwards only.
 */
@NullMarked
package dev.ahti.engine;

import org.jspecify.annotations.NullMarked;
