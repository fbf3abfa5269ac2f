/** How {@link dev.ahti.sockets} is made: no type of this package is for applications. */
@InternalApi
@NullMarked
package dev.ahti.sockets.impl;

import org.apache.pekko.annotation.InternalApi;
import org.jspecify.annotations.NullMarked;
