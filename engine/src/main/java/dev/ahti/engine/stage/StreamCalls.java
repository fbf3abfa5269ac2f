package dev.ahti.engine.stage;

import dev.ahti.engine.gauge.Level;

/**
 * The bound of the calls that wait on one half of a stream that is written or read by hand: writes
 * that had no room yet, reads for which nothing came yet.
 *
 * @param capacity how many may wait: {@code ahti.stream.waiting-calls}
 * @param level counts those that wait, of all streams
 */
public record StreamCalls(int capacity, Level level) {}
