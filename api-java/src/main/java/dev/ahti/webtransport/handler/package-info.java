/**
 * What runs a session without a stage of one's own: a class with a callback for each thing that
 * happens, or a typed actor that is told the same as messages. Either answers with commands, and
 * {@link dev.ahti.webtransport.handler.SessionProgram} runs it, at a server and at a client.
 */
@NullMarked
package dev.ahti.webtransport.handler;

import org.jspecify.annotations.NullMarked;
