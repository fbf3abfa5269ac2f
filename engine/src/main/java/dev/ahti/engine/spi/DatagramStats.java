package dev.ahti.engine.spi;

/**
 * Counters of one session's datagrams, since it began.
 *
 * @param received taken in for the consumer, dropped ones included
 * @param droppedIncoming dropped because the consumer was too slow
 * @param sent handed to the transport
 * @param droppedOutgoing dropped because the transport had no room, or because the end came first
 * @param oversized dropped because they were larger than the transport takes
 */
public record DatagramStats(
    long received, long droppedIncoming, long sent, long droppedOutgoing, long oversized) {}
