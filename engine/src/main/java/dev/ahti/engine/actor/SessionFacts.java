package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.wire.Fields;
import java.net.InetSocketAddress;
import java.util.Optional;

/** What is known of a session once it is open, and never changes. */
record SessionFacts(
    long id,
    Dialect dialect,
    boolean server,
    Fields request,
    Fields response,
    Optional<String> protocol,
    InetSocketAddress remoteAddress,
    StreamLoop loop,
    ConnectionFacts connection) {}
