/** A WebTransport server inside an {@code ActorSystem}: bind, route, accept sessions. */
@NullMarked
package dev.ahti.webtransport.server;

import org.jspecify.annotations.NullMarked;
