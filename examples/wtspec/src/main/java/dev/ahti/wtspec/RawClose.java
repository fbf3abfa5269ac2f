package dev.ahti.wtspec;

/**
 * How the other side closed the connection (RFC 9000 19.19).
 *
 * @param application whether HTTP/3 did it; otherwise QUIC itself
 * @param code the lower 32 bits of the code: Netty tells no more
 * @param reason the text, empty when there was none
 */
public record RawClose(boolean application, long code, String reason) {}
