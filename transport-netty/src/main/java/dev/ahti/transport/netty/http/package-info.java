/** What connections of HTTP/3 and HTTP/2 have in common. */
@NullMarked
package dev.ahti.transport.netty.http;

import org.jspecify.annotations.NullMarked;
