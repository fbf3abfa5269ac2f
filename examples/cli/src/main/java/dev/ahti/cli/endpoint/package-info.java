/** The standard endpoints of {@code ahti serve}; small enough to be read as examples. */
@NullMarked
package dev.ahti.cli.endpoint;

import org.jspecify.annotations.NullMarked;
