/**
 * WebTransport for Java programs that run a Pekko actor system, with the names of the W3C
 * interfaces.
 *
 * <p>This package only converts types: the protocol lives in the engine, the network in the
 * transport, and neither shows in a public signature here.
 */
@NullMarked
package dev.ahti.webtransport;

import org.jspecify.annotations.NullMarked;
