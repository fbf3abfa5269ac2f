package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.StreamPort;

/** Both ends of a stream that has arrived. */
record StreamEnds(StreamPort near, StreamPort far) {}
