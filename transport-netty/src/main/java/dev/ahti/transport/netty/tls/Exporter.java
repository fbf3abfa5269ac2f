package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.KeyingMaterial;

/** What keying material of one connection is derived from. Any thread. */
interface Exporter extends KeyingMaterial {
  /** Forgets it; whoever asks later is refused. */
  void wipe();
}
