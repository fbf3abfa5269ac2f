package dev.ahti.bench;

import java.security.cert.X509Certificate;
import java.util.Map;

/**
 * One way to do the workloads: our public API, or bare Netty handlers. A side runs in a child JVM
 * either as server or as client; nothing of it runs in the JVM that prints the table.
 */
public interface Side {
  /** Starts a server on a free loopback port; it serves every {@link Behaviour}. */
  BenchServer openServer();

  /** Starts a client for the server on loopback {@code port} that shows {@code certificate}. */
  BenchClient openClient(int port, X509Certificate certificate);

  /** The transport settings in force, for the report's header. */
  Map<String, Object> settings();
}
