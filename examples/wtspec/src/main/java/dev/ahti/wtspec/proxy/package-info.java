/**
 * A UDP proxy that makes a network worse on purpose, the same way each time for the same seed.
 *
 * <p>{@link dev.ahti.wtspec.proxy.ImpairmentProxy} forwards between clients and one server; for
 * each direction an {@link dev.ahti.wtspec.proxy.Impairment} says what happens to packets: loss in
 * bursts, a rate with a bounded queue, delay, black-outs. What happens to a packet is decided by
 * {@link dev.ahti.wtspec.proxy.Link}, which knows no clock and does no I/O.
 */
@NullMarked
package dev.ahti.wtspec.proxy;

import org.jspecify.annotations.NullMarked;
