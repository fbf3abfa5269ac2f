package dev.ahti.engine.spi;

/**
 * Counters of one session's datagrams, since it began.
 *
 * @param received taken in for the consumer, dropped ones included
 * @param droppedIncoming dropped because the consumer was too slow
 * @param sent handed to the transport
 * @param droppedOutgoing dropped because the transport had no room, or because the end came first
 * @param oversized dropped because they were larger than the transport takes
 * @param expiredIncoming dropped because they waited too long for the consumer
 * @param expiredOutgoing dropped because they waited too long for the transport
 */
public record DatagramStats(
    long received,
    long droppedIncoming,
    long sent,
    long droppedOutgoing,
    long oversized,
    long expiredIncoming,
    long expiredOutgoing) {

  /** Where none expired. */
  public DatagramStats(
      long received, long droppedIncoming, long sent, long droppedOutgoing, long oversized) {
    this(received, droppedIncoming, sent, droppedOutgoing, oversized, 0, 0);
  }
}
