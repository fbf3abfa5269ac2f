package dev.ahti.engine.error;

/** How far a violation reaches: what has to be ended because of it, and nothing beyond. */
public enum Scope {
  /** One WebTransport stream is reset or stopped; its session goes on. */
  STREAM,
  /** The CONNECT stream is reset and all streams of the session end; the connection goes on. */
  SESSION,
  /** The whole connection is closed with the violation's code. */
  CONNECTION
}
