/**
 * Error codes and violations of the protocol.
 *
 * <p>The lowest package of ring 1: it knows numbers and the scope of a failure, and imports nothing
 * of ours. Start at {@link dev.ahti.engine.error.Violation}; application codes go through {@link
 * dev.ahti.engine.error.ApplicationErrorCode}.
 */
@NullMarked
package dev.ahti.engine.error;

import org.jspecify.annotations.NullMarked;
