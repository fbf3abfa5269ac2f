package dev.ahti.webtransport.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Reads certificates and keys from PEM files; every message names the file. */
final class PemFiles {
  private PemFiles() {}

  static List<X509Certificate> readChain(Path file) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        chain.add((X509Certificate) one);
      }
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (CertificateException e) {
      throw new IOException(file + ": no certificate in PEM (" + e.getMessage() + ")", e);
    }
    if (chain.isEmpty()) {
      throw new IOException(file + ": empty (expected: a certificate in PEM)");
    }
    return chain;
  }

  static PrivateKey readKey(Path file) throws IOException {
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
    } catch (IOException e) {
      throw new IOException(file + ": no private key in PEM (" + e.getMessage() + ")", e);
    }
    throw new IOException(file + ": no private key in it (expected: an unencrypted key in PEM)");
  }

  private static IOException missing(Path file, NoSuchFileException cause) {
    return new IOException(file + ": no such file", cause);
  }
}
