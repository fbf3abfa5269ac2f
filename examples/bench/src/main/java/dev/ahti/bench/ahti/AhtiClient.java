package dev.ahti.bench.ahti;

import dev.ahti.bench.Behaviour;
import dev.ahti.bench.BenchClient;
import dev.ahti.bench.BenchException;
import dev.ahti.bench.BenchSession;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportOptions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** A WebTransport client that trusts the server by its certificate's hash. */
final class AhtiClient implements BenchClient {
  /** Generous: a cold JVM on a busy machine takes long, and connecting is not what is measured. */
  private static final Duration CONNECT = Duration.ofSeconds(60);

  private final ActorSystem<Void> system = Systems.start("bench-client");
  private final String server;
  private final WebTransportOptions options;

  AhtiClient(int port, X509Certificate certificate) {
    this.server = "https://127.0.0.1:" + port;
    this.options =
        WebTransportOptions.create()
            .withHttpVersions(AhtiSide.version())
            .withServerCertificateHashes(WebTransportHash.sha256(hash(certificate)))
            .withConnectTimeout(CONNECT);
  }

  @Override
  public CompletionStage<BenchSession> open(Behaviour behaviour) {
    WebTransport session = WebTransport.connect(system, server + behaviour.path(), options);
    return session.ready().thenApply(ready -> new AhtiSession(session));
  }

  @Override
  public void close() {
    Systems.stop(system);
  }

  private static String hash(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (GeneralSecurityException impossible) {
      throw new BenchException("every JDK hashes with SHA-256", impossible);
    }
  }
}
