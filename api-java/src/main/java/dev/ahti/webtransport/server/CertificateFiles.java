package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Files with a server's certificate and key, which a listener looks at as long as it lives: see
 * {@link WebTransportServer#withCertificate(CertificateFiles)}. Immutable; nothing is read before
 * the server is bound.
 */
public final class CertificateFiles {

  /** Reads the certificate. */
  @FunctionalInterface
  private interface Reader {
    ServerCertificate read() throws IOException;
  }

  private final List<Path> paths;
  private final Reader reader;

  private CertificateFiles(List<Path> paths, Reader reader) {
    this.paths = paths;
    this.reader = reader;
  }

  /** Two files in PEM, or one that holds both; as {@link ServerCertificate#fromPem}. */
  public static CertificateFiles pem(Path chain, Path key) {
    requireNonNull(chain, "chain");
    requireNonNull(key, "key");
    return new CertificateFiles(List.of(chain, key), () -> ServerCertificate.fromPem(chain, key));
  }

  /** A PKCS#12 file; as {@link ServerCertificate#fromKeyStore}. The password is kept. */
  public static CertificateFiles keyStore(Path file, char[] password) {
    requireNonNull(file, "file");
    char[] kept = password.clone();
    return new CertificateFiles(
        List.of(file), () -> ServerCertificate.fromKeyStore(file, kept.clone()));
  }

  /**
   * The certificate now. Blocks.
   *
   * @throws IOException as {@link ServerCertificate#fromPem} and {@link
   *     ServerCertificate#fromKeyStore}
   */
  ServerCertificate read() throws IOException {
    return reader.read();
  }

  /** What tells whether they have changed. Blocks. */
  State state() {
    List<Optional<Stamp>> stamps = new ArrayList<>();
    for (Path path : paths) {
      stamps.add(stamp(path));
    }
    return new State(stamps);
  }

  /** Links are followed: tools that renew certificates put a new target behind an old name. */
  private static Optional<Stamp> stamp(Path path) {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return Optional.of(
          new Stamp(String.valueOf(found.fileKey()), found.lastModifiedTime(), found.size()));
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  /**
   * How one file was found.
   *
   * @param key which file it is, where the system says so: another one after a rename
   * @param modified when it was last written
   * @param size in bytes
   */
  private record Stamp(String key, FileTime modified, long size) {}

  /**
   * How the files were found.
   *
   * @param stamps of each; empty for one that is not there
   */
  record State(List<Optional<Stamp>> stamps) {

    /** Copies the list. */
    State {
      stamps = List.copyOf(stamps);
    }
  }

  @Override
  public String toString() {
    return "CertificateFiles" + paths;
  }
}
