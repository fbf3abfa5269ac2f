/**
 * Structured field values (RFC 9651), the syntax of newer HTTP fields: lists, dictionaries and
 * items between text and immutable values.
 *
 * <p>Start at {@link dev.ahti.engine.wire.sf.StructuredField}. Ring 1: depends on values of the JDK
 * and {@code ByteString} only.
 */
@NullMarked
package dev.ahti.engine.wire.sf;

import org.jspecify.annotations.NullMarked;
