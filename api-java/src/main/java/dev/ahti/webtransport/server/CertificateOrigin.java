package dev.ahti.webtransport.server;

import java.io.IOException;
import java.util.List;

/** Where a server has a certificate from. */
sealed interface CertificateOrigin {

  /** The application gave it. */
  record Given(ServerCertificate certificate) implements CertificateOrigin {}

  /** Files, which are watched. */
  record Watched(CertificateFiles files) implements CertificateOrigin {}

  /**
   * Made by the server, a new one every few days.
   *
   * @param names host names and IP literals; none stands for the host that it listens on
   */
  record Rotating(List<String> names) implements CertificateOrigin {}

  /** The certificate of one that does not rotate. Blocks for files. */
  static ServerCertificate read(CertificateOrigin origin) throws IOException {
    if (origin instanceof Given given) {
      return given.certificate();
    }
    if (origin instanceof Watched watched) {
      return watched.files().read();
    }
    throw new IllegalArgumentException("a rotating certificate is for every host");
  }
}
