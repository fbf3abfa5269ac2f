package dev.ahti.webtransport.server;

import dev.ahti.engine.spi.HashedCertificates;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.impl.KeyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** A server's certificate chain, leaf first, with the leaf's private key. */
public final class ServerCertificate {
  private final PrivateKey key;
  private final List<X509Certificate> chain;

  private ServerCertificate(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("chain: empty (expected: the key's certificate first)");
    }
  }

  /** From parts. */
  public static ServerCertificate of(PrivateKey key, List<X509Certificate> chain) {
    return new ServerCertificate(key, chain);
  }

  /**
   * From PEM files.
   *
   * @param chain one certificate or more, leaf first
   * @param key the leaf's private key, not encrypted (PKCS#8, SEC1 or PKCS#1)
   * @throws IOException when a file cannot be read or holds something else; the message names it
   */
  public static ServerCertificate fromPem(Path chain, Path key) throws IOException {
    return of(KeyFiles.pem(chain, key));
  }

  /**
   * From a PKCS#12 file with one private key.
   *
   * @throws IOException when it cannot be read, the password is wrong, or it does not hold one key
   *     with its certificate; the message names the file
   */
  public static ServerCertificate fromKeyStore(Path file, char[] password) throws IOException {
    return of(KeyFiles.keyStore(file, password));
  }

  private static ServerCertificate of(KeyFiles.Pair pair) {
    return of(pair.key(), pair.chain());
  }

  /**
   * Makes a new self-signed one, as browsers accept it by its hash: ECDSA P-256, valid from an hour
   * ago for 13 days in all.
   *
   * @param names host names and IP literals it is for
   */
  public static ServerCertificate selfSigned(String... names) {
    return SelfSigned.create(List.of(names));
  }

  /** The private key. */
  public PrivateKey key() {
    return key;
  }

  /** The certificates, leaf first. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** The SHA-256 of the leaf. */
  public WebTransportHash hash() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(chain.get(0).getEncoded());
      return new WebTransportHash(WebTransportHash.SHA_256, ByteString.fromArrayUnsafe(digest));
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("every JDK hashes with SHA-256", e);
    }
  }

  /**
   * Whether a browser accepts it by its hash ({@code serverCertificateHashes}): X.509 version 3, a
   * key on P-256, and valid for 14 days in all at most.
   */
  public boolean acceptedByHash() {
    return HashedCertificates.unfit(chain.get(0)).isEmpty();
  }

  @Override
  public String toString() {
    return "ServerCertificate[" + chain.get(0).getSubjectX500Principal() + "]";
  }
}
