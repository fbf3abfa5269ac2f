package dev.ahti.wtspec.bare;

/**
 * How the other side closed the connection (RFC 9000 19.19).
 *
 * @param application whether HTTP/3 did it; otherwise QUIC itself
 * @param code all 62 bits
 * @param reason the text, empty when there was none
 */
public record BareClose(boolean application, long code, String reason) {}
