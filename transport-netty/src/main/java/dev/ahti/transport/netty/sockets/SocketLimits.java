package dev.ahti.transport.netty.sockets;

import java.time.Duration;

/**
 * What sockets keep to; the keys are explained in {@code reference.conf}.
 *
 * @param maxOpen sockets of all kinds at a time, those that are being opened among them
 * @param connectTimeout how long opening a connection may take, the lookup of its host included
 * @param readSize bytes of one read at most
 * @param writeLimit bytes a socket takes before it asks its producer to wait
 * @param backlog connections that wait to be accepted, where a server does not say
 * @param udpMessages messages of one socket that came and wait for their consumer
 * @param udpBytes bytes of those
 * @param headStart how long one is awaited before the next one is tried beside it
 */
public record SocketLimits(
    int maxOpen,
    Duration connectTimeout,
    int readSize,
    long writeLimit,
    int backlog,
    int udpMessages,
    long udpBytes,
    Duration headStart) {}
