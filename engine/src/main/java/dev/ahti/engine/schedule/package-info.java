/**
 * Who sends next: the order of streams and datagrams of a connection (ring 1).
 *
 * <p>Pure: no clock, thread or I/O. A transport asks it where bytes are written.
 */
@NullMarked
package dev.ahti.engine.schedule;

import org.jspecify.annotations.NullMarked;
