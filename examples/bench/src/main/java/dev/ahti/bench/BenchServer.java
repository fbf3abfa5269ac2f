package dev.ahti.bench;

import java.security.cert.X509Certificate;

/** A running bench server of one {@link Side}. */
public interface BenchServer extends AutoCloseable {
  /** The bound UDP port on 127.0.0.1. */
  int port();

  /** The self-signed certificate it shows. */
  X509Certificate certificate();

  /** Stops it, within a few seconds. */
  @Override
  void close();
}
