/**
 * Who may have how much of a listener: what clients of one address prefix hold and how fast they
 * come. Pure: time comes in as an argument.
 */
@NullMarked
package dev.ahti.engine.admission;

import org.jspecify.annotations.NullMarked;
