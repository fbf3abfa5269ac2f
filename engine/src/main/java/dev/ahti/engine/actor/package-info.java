/**
 * The control plane: one typed actor for each listener, connection, session and stream.
 *
 * <p>Start with {@link dev.ahti.engine.actor.Ahti}: it listens with a {@link
 * dev.ahti.engine.actor.ListenRequest} and a {@link dev.ahti.engine.actor.SessionRouter}, dials
 * with a {@link dev.ahti.engine.actor.DialRequest}, and gives {@link
 * dev.ahti.engine.actor.SessionHandle}s. The live tree is
 *
 * <pre>
 * /system/ahti
 *   listener-NAME
 *     connection-N
 *       transport
 *       session-ID
 *         stream-ID
 *   dialer
 *     connection-N ...
 * </pre>
 *
 * <p>A connection's actors run on the connection's loop. Actors carry control only; payload moves
 * between a stage and the transport's port. Decisions of the protocol are made by ring 1; an actor
 * executes them. Nothing here is restarted: the wire is the state of these actors.
 *
 * <p>May depend on ring 1, {@code spi}, {@code stage} and {@code gauge}.
 */
@NullMarked
package dev.ahti.engine.actor;

import org.jspecify.annotations.NullMarked;
