/** WebTransport inside a Netty HTTP/3 server. */
@NullMarked
package dev.ahti.examples.embeddednetty;

import org.jspecify.annotations.NullMarked;
