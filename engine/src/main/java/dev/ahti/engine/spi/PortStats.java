package dev.ahti.engine.spi;

/**
 * Counters of one stream, in bytes of payload (the stream's header is not counted).
 *
 * @param bytesReceived read from the transport
 * @param bytesRead polled by the consumer
 * @param bytesWritten offered by the producer
 * @param bytesSent handed to the transport
 */
public record PortStats(long bytesReceived, long bytesRead, long bytesWritten, long bytesSent) {}
