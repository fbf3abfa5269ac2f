package dev.ahti.engine.spi;

import java.time.Duration;
import java.util.Map;

/**
 * What to dial with.
 *
 * @param host a host name or an IP literal without brackets
 * @param port 1 to 65535
 * @param trust how the server's certificate is judged
 * @param settings the HTTP/3 SETTINGS to send, in order
 * @param timeout how long the name lookup and the handshake may take together
 */
public record DialOptions(
    String host, int port, ServerTrust trust, Map<Long, Long> settings, Duration timeout) {}
