/** HTTP/2 over TLS: connections, requests and their bodies. */
@NullMarked
package dev.ahti.transport.netty.http2;

import org.jspecify.annotations.NullMarked;
