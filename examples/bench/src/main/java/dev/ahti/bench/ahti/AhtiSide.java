package dev.ahti.bench.ahti;

import com.typesafe.config.ConfigFactory;
import dev.ahti.bench.BenchClient;
import dev.ahti.bench.BenchServer;
import dev.ahti.bench.Side;
import dev.ahti.webtransport.WebTransportHttpVersion;
import java.security.cert.X509Certificate;
import java.util.Map;

/** Ahti through its public API, with an actor system of its own. */
public final class AhtiSide implements Side {
  /** The system property that makes this side speak HTTP/2, when it is true, and not HTTP/3. */
  public static final String OVER_HTTP2 = "dev.ahti.bench.http2";

  /** The side with the configuration of this JVM. */
  public AhtiSide() {}

  @Override
  public BenchServer openServer() {
    return AhtiServer.open();
  }

  @Override
  public BenchClient openClient(int port, X509Certificate certificate) {
    return new AhtiClient(port, certificate);
  }

  static WebTransportHttpVersion version() {
    return Boolean.getBoolean(OVER_HTTP2)
        ? WebTransportHttpVersion.HTTP_2
        : WebTransportHttpVersion.HTTP_3;
  }

  @Override
  public Map<String, Object> settings() {
    return ConfigFactory.load().getConfig("ahti").root().unwrapped();
  }
}
