/**
 * The life of a session and of its streams as state machines, and the holder of streams that come
 * before their session does.
 *
 * <p>{@link dev.ahti.engine.session.SessionMachine} and {@link
 * dev.ahti.engine.session.StreamMachine} are immutable values: an input gives the next machine and
 * the effects to execute, in order. They know no stream, actor or clock.
 */
@NullMarked
package dev.ahti.engine.session;

import org.jspecify.annotations.NullMarked;
