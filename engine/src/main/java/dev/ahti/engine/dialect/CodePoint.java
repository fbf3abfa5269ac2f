package dev.ahti.engine.dialect;

import static java.util.Objects.requireNonNull;

/**
 * One number that a specification assigns.
 *
 * @param registry the number space it belongs to
 * @param name the specification's name
 * @param value the number
 * @param definition the text and section that assign it
 */
public record CodePoint(Registry registry, String name, long value, String definition) {
  /** The number spaces. */
  public enum Registry {
    /** Identifiers in an HTTP/3 SETTINGS frame. */
    HTTP3_SETTING,
    /** Identifiers in an HTTP/2 SETTINGS frame. */
    HTTP2_SETTING,
    /** HTTP/3 frame types. */
    HTTP3_FRAME,
    /** HTTP/3 unidirectional stream types. */
    HTTP3_STREAM,
    /** HTTP/3 error codes. */
    HTTP3_ERROR,
    /** HTTP/2 error codes. */
    HTTP2_ERROR,
    /** Capsule types. */
    CAPSULE,
    /** QUIC transport parameters. */
    TRANSPORT_PARAMETER,
    /** QUIC frame types. */
    QUIC_FRAME
  }

  public CodePoint {
    requireNonNull(registry, "registry");
    requireNonNull(name, "name");
    requireNonNull(definition, "definition");
  }
}
