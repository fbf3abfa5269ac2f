package dev.ahti.engine.session;

/**
 * What a session has, decided before it begins.
 *
 * @param hasDrain whether the dialect knows WT_DRAIN_SESSION
 * @param flowControlled whether the capsules of flow control mean something
 */
record SessionTraits(boolean hasDrain, boolean flowControlled) {}
