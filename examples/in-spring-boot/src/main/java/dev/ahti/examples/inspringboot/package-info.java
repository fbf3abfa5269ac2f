/** WebTransport in a Spring Boot application. */
@NullMarked
package dev.ahti.examples.inspringboot;

import org.jspecify.annotations.NullMarked;
