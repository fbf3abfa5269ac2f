/**
 * Which draft of WebTransport a peer speaks, and what follows from it.
 *
 * <p>{@link dev.ahti.engine.dialect.CodePoints} is the one table of all numbers. {@link
 * dev.ahti.engine.dialect.SettingsOffer} says what we announce, {@link
 * dev.ahti.engine.dialect.DialectNegotiation} what a connection or request speaks; the outcome is a
 * {@link dev.ahti.engine.dialect.Dialect}, kept for the life of a session. The CONNECT request and
 * its answer are built and judged by {@link dev.ahti.engine.dialect.ConnectRequest} and {@link
 * dev.ahti.engine.dialect.ConnectResponse}.
 *
 * <p>Pure functions over values; nothing here knows a connection.
 */
@NullMarked
package dev.ahti.engine.dialect;

import org.jspecify.annotations.NullMarked;
