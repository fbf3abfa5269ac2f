package dev.ahti.bench.raw;

import dev.ahti.bench.BenchClient;
import dev.ahti.bench.BenchServer;
import dev.ahti.bench.Side;
import java.security.cert.X509Certificate;
import java.util.Map;

/** Bare Netty QUIC on one event loop. */
public final class RawSide implements Side {
  /** The side with the options of {@link RawOptions}. */
  public RawSide() {}

  @Override
  public BenchServer openServer() {
    return RawServer.open();
  }

  @Override
  public BenchClient openClient(int port, X509Certificate certificate) {
    return new RawClient(port, certificate);
  }

  @Override
  public Map<String, Object> settings() {
    return RawOptions.describe();
  }
}
