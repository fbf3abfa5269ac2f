package dev.ahti.wtspec.proxy;

/** The two ways through a proxy. */
public enum Direction {
  /** From the clients to the server. */
  TO_SERVER,
  /** From the server to the clients. */
  TO_CLIENT
}
