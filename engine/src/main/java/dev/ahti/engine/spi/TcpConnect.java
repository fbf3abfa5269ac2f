package dev.ahti.engine.spi;

/**
 * A TCP connection to be opened.
 *
 * @param host a name, or an IP literal without brackets
 * @param port 0 to 65535
 * @param family which addresses of the host are tried
 * @param tuning options of the socket
 */
public record TcpConnect(String host, int port, AddressFamily family, TcpTuning tuning) {}
