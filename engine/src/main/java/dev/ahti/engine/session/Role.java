package dev.ahti.engine.session;

/** Which end of a session this is. */
public enum Role {
  /** The end that sent the CONNECT request. */
  CLIENT,
  /** The end that answers it. */
  SERVER
}
