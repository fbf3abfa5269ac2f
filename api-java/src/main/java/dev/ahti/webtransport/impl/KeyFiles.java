package dev.ahti.webtransport.impl;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.annotation.InternalApi;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Reads certificates and their keys from files; every message names the file. */
@InternalApi
public final class KeyFiles {
  private static final byte[] SIGNED = "ahti".getBytes(StandardCharsets.US_ASCII);

  private KeyFiles() {}

  /**
   * A key and its certificates.
   *
   * @param chain leaf first
   */
  public record Pair(PrivateKey key, List<X509Certificate> chain) {}

  /** From two files in PEM, or one that holds both. */
  public static Pair pem(Path chain, Path key) throws IOException {
    Pair pair = new Pair(readKey(key), readChain(chain));
    return checked(pair, key + ": not the key of the certificate in " + chain);
  }

  /** From a PKCS#12 file with one key. */
  public static Pair keyStore(Path file, char[] password) throws IOException {
    KeyStore store = load(file, password);
    try {
      List<String> keys = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias)) {
          keys.add(alias);
        }
      }
      if (keys.size() != 1) {
        throw new IOException(
            file + ": " + keys.size() + " private keys in it (expected: one, in PKCS#12)");
      }
      String alias = keys.get(0);
      Certificate[] chain = store.getCertificateChain(alias);
      if (!(store.getKey(alias, password) instanceof PrivateKey key) || chain == null) {
        throw new IOException(file + ": no private key with a certificate in it");
      }
      List<X509Certificate> certificates =
          Stream.of(chain).map(X509Certificate.class::cast).toList();
      return checked(
          new Pair(key, certificates),
          file + ": its key and its certificate do not belong together");
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": the key cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static KeyStore load(Path file, char[] password) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      return store;
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (IOException e) {
      boolean wrongPassword = e.getCause() instanceof UnrecoverableKeyException;
      throw new IOException(
          file + (wrongPassword ? ": wrong password" : ": no PKCS#12 (" + e.getMessage() + ")"), e);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /** Signs something and verifies it: else the first handshake would be the first to find out. */
  private static Pair checked(Pair pair, String otherwise) throws IOException {
    String algorithm = pair.key().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(pair.key());
      signer.update(SIGNED);
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(pair.chain().get(0).getPublicKey());
      verifier.update(SIGNED);
      if (verifier.verify(signer.sign())) {
        return pair;
      }
    } catch (GeneralSecurityException otherKindOfKey) {
      throw new IOException(otherwise + " (" + otherKindOfKey.getMessage() + ")", otherKindOfKey);
    }
    throw new IOException(otherwise);
  }

  /** The certificates of a file, in PEM or one in DER; at least one. */
  public static List<X509Certificate> readChain(Path file) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        chain.add((X509Certificate) one);
      }
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (CertificateException e) {
      throw new IOException(file + ": no certificate in PEM (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    if (chain.isEmpty()) {
      throw new IOException(file + ": empty (expected: a certificate in PEM)");
    }
    return chain;
  }

  private static PrivateKey readKey(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file);
        PEMParser parser = new PEMParser(reader)) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      // An EC key may come with its parameters in a block of their own before it.
      for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
        if (block instanceof PEMKeyPair pair) {
          // Not the pair: a key file need not hold the public key.
          return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
        if (block instanceof PrivateKeyInfo info) {
          return converter.getPrivateKey(info);
        }
      }
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (FileSystemException e) {
      throw unreadable(file, e);
    } catch (IOException e) {
      throw new IOException(file + ": no private key in PEM (" + e.getMessage() + ")", e);
    }
    throw new IOException(file + ": no private key in it (expected: an unencrypted key in PEM)");
  }

  /** A directory, say, or a file of somebody else. */
  private static IOException unreadable(Path file, IOException cause) {
    String why =
        cause instanceof AccessDeniedException
            ? "permission denied"
            : cause instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getReason()
                : cause.getMessage();
    return new IOException(file + ": cannot be read (" + why + ")", cause);
  }

  private static IOException missing(Path file, NoSuchFileException cause) {
    return new IOException(file + ": no such file", cause);
  }
}
