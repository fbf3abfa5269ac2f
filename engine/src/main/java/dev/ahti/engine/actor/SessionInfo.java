package dev.ahti.engine.actor;

import dev.ahti.engine.flow.SessionLimits;
import java.util.Optional;

/**
 * What is known of an open session now.
 *
 * @param streams that are open, those that the application has not taken among them
 * @param limits empty where the session has no flow control of its own
 */
public record SessionInfo(int streams, Optional<SessionLimits> limits) {}
