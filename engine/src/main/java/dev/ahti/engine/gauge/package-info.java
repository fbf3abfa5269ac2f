/**
 * Plain counters and gauges of every limit and queue. Metrics libraries only read them; nothing
 * here knows one. Depends on the JDK only.
 */
@NullMarked
package dev.ahti.engine.gauge;

import org.jspecify.annotations.NullMarked;
