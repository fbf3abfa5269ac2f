package dev.ahti.bench;

/**
 * The outcome of one round.
 *
 * @param value the figure in the workload's unit
 * @param lost datagrams whose echo never came; 0 for streams
 */
public record Round(double value, long lost) {}
