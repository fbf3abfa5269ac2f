package dev.ahti.engine.actor;

/**
 * How a session ended cleanly: with a CLOSE from either side, or with the end of its CONNECT
 * stream, which counts as code 0 and an empty reason.
 *
 * @param code the application's code, 0 to 2^32-1
 * @param reason the application's text, at most 1024 bytes of UTF-8
 * @param byPeer whether the peer ended it
 */
public record SessionEnd(long code, String reason, boolean byPeer) {}
