/**
 * What a transport implements: messages both ways for control, ports for payload, loops to run on.
 *
 * <p>Start with {@link dev.ahti.engine.spi.TransportProvider}. A transport is asked to {@linkplain
 * dev.ahti.engine.spi.Transport#bind bind} or {@linkplain dev.ahti.engine.spi.Transport#dial dial}
 * and answers with {@link dev.ahti.engine.spi.TransportConnection}s; each of them is driven by one
 * actor that turns {@link dev.ahti.engine.spi.TransportCommand}s into calls and the library's
 * callbacks into {@link dev.ahti.engine.spi.TransportEvent}s. Payload never travels in these
 * messages: it goes through {@link dev.ahti.engine.spi.StreamPort} and {@link
 * dev.ahti.engine.spi.DatagramPort}, with the peer's window as the back-pressure.
 *
 * <p>May depend on ring 1 and on {@code dev.ahti.engine.gauge} only.
 */
@NullMarked
package dev.ahti.engine.spi;

import org.jspecify.annotations.NullMarked;
