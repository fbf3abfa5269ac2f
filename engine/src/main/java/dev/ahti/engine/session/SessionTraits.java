package dev.ahti.engine.session;

/**
 * What a session has, decided before it begins.
 *
 * @param hasDrain whether the dialect knows WT_DRAIN_SESSION
 * @param heldBytes bytes of capsules, as they stand on the wire, that are held until the session is
 *     established
 * @param flowControlled whether the capsules of flow control mean something
 */
record SessionTraits(boolean hasDrain, long heldBytes, boolean flowControlled) {}
