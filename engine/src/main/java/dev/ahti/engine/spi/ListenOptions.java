package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import java.util.Map;

/**
 * What to listen with.
 *
 * @param name the listener's name, for logs and gauges
 * @param address where; port 0 picks a free one
 * @param credentials the server's certificate and key
 * @param settings the HTTP/3 SETTINGS to send, in order
 */
public record ListenOptions(
    String name, InetSocketAddress address, Credentials credentials, Map<Long, Long> settings) {}
