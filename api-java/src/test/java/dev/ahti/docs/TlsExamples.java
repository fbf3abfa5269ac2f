package dev.ahti.docs;

import dev.ahti.webtransport.ClientCertificate;
import dev.ahti.webtransport.CongestionControlAlgorithm;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.server.CertificateFiles;
import dev.ahti.webtransport.server.CertificateHashes;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/** The code of docs/tls.md; that it compiles is what it is for. */
final class TlsExamples {
  private TlsExamples() {}

  static WebTransportServer certificates(WebTransportServer server) throws IOException {
    // #certificates
    server
        .withCertificate(ServerCertificate.fromPem(Path.of("chain.pem"), Path.of("key.pem")))
        .withCertificate(
            "*.example.org",
            ServerCertificate.fromKeyStore(Path.of("example.p12"), "secret".toCharArray()));
    // #certificates
    return server;
  }

  static WebTransportServer files(WebTransportServer server) {
    // #files
    return server
        .withCertificate(CertificateFiles.pem(Path.of("chain.pem"), Path.of("key.pem")))
        .withCertificate(
            "*.example.org",
            CertificateFiles.keyStore(Path.of("example.p12"), "secret".toCharArray()));
    // #files
  }

  static List<String> rotating(WebTransportServer server) throws Exception {
    // #rotating
    WebTransportServerBinding binding =
        server
            .withRotatingCertificates("example.org", "192.0.2.1")
            .bind()
            .toCompletableFuture()
            .get();
    CertificateHashes hashes = binding.certificateHashes();
    String body = hashes.toJson();
    String script = hashes.toScript();
    // #rotating
    return List.of(body, script);
  }

  static void rotation(WebTransportServerBinding binding) throws IOException {
    // #rotation
    binding.replaceCertificate(
        ServerCertificate.fromPem(Path.of("new-chain.pem"), Path.of("new-key.pem")));
    // #rotation
  }

  static WebTransportServer mutual(WebTransportServer server, List<X509Certificate> authorities) {
    // #mutual-server
    return server
        .withRequiredClientCertificates(authorities)
        .withRoute(
            "/private",
            session -> {
              X509Certificate client = session.info().peerCertificates().get(0);
              System.out.println("hello, " + client.getSubjectX500Principal());
            });
    // #mutual-server
  }

  static WebTransportOptions client() throws IOException {
    // #client
    return WebTransportOptions.create()
        .withTrustedAuthorities(Path.of("authority.pem"))
        .withClientCertificate(
            ClientCertificate.fromPem(Path.of("client.pem"), Path.of("client-key.pem")))
        .withCongestionControlAlgorithm(CongestionControlAlgorithm.BBR);
    // #client
  }

  static WebTransportOptions hashes(String today, String tomorrow) {
    // #hashes
    return WebTransportOptions.create()
        .withServerCertificateHashes(
            WebTransportHash.sha256(today), WebTransportHash.sha256(tomorrow));
    // #hashes
  }

  static CompletionStage<ByteString> exporter(WebTransport session) {
    // #exporter
    return session.exportKeyingMaterial(
        ByteString.fromString("my-protocol session key"), ByteString.emptyByteString(), 32);
    // #exporter
  }
}
