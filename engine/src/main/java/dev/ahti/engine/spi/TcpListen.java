package dev.ahti.engine.spi;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where to listen on TCP.
 *
 * @param address an IP literal without brackets
 * @param port empty for any that is free
 * @param backlog connections that the operating system holds until they are accepted; empty for the
 *     transport's default
 * @param ipv6Only whether a socket on {@code ::} takes IPv6 only; empty for what the operating
 *     system does
 */
public record TcpListen(
    String address, OptionalInt port, OptionalInt backlog, Optional<Boolean> ipv6Only) {}
