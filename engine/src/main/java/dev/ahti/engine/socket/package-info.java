/**
 * How a direct socket ends, as a table: which half ended how, and with what the whole does. Start
 * with {@link dev.ahti.engine.socket.SocketEnds}.
 *
 * <p>Ring 1: no clock, thread, I/O, actor or logger. Depends on nothing else of the engine.
 */
@NullMarked
package dev.ahti.engine.socket;

import org.jspecify.annotations.NullMarked;
