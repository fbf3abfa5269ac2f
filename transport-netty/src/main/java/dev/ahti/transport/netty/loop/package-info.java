/**
 * What the bindings share, whatever carries them: event loops as {@code StreamLoop}s with all that
 * happens on them, and the halves that ports of streams are made of.
 *
 * <p>Start with {@link dev.ahti.transport.netty.loop.NettyLoop}. Knows nothing of HTTP; may depend
 * on the engine's ring 1, its SPI and gauges.
 */
@NullMarked
package dev.ahti.transport.netty.loop;

import org.jspecify.annotations.NullMarked;
