/** WebTransport beside a Pekko HTTP server. */
@NullMarked
package dev.ahti.examples.besidepekkohttp;

import org.jspecify.annotations.NullMarked;
