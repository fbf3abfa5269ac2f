/**
 * Flow control of a session: how many bytes and streams each side may still send and open
 * (draft-ietf-webtrans-http3-16 5). All counts are cumulative over the session's life.
 *
 * <p>{@link dev.ahti.engine.flow.FlowControl} says what two sides agreed on, {@link
 * dev.ahti.engine.flow.SessionWindows} keeps to it. Over HTTP/2 the session always has flow
 * control, and each stream has a window of its own, {@link dev.ahti.engine.flow.StreamWindows}:
 * both sides begin with {@link dev.ahti.engine.flow.MuxLimits}. Windows have state, know no thread
 * and no clock, and are moved from one place, as bytes move there; what they answer is what has to
 * be sent, or how the session has to end.
 */
@NullMarked
package dev.ahti.engine.flow;

import org.jspecify.annotations.NullMarked;
