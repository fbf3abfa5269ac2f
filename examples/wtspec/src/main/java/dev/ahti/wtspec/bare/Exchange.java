package dev.ahti.wtspec.bare;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** One side's part in a key exchange by X25519; keys as they are on the wire (RFC 7748 5). */
final class Exchange {
  private static final String X25519 = "X25519";
  private static final int BYTES = 32;

  private final KeyPair keys;

  Exchange() {
    try {
      keys = KeyPairGenerator.getInstance(X25519).generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  byte[] publicKey() {
    byte[] big = ((XECPublicKey) keys.getPublic()).getU().toByteArray();
    byte[] little = new byte[BYTES];
    for (int i = 0; i < big.length && i < BYTES; i++) {
      little[i] = big[big.length - 1 - i];
    }
    return little;
  }

  byte[] agree(byte[] peersKey) {
    byte[] big = new byte[peersKey.length];
    for (int i = 0; i < big.length; i++) {
      big[i] = peersKey[big.length - 1 - i];
    }
    try {
      KeyAgreement agreement = KeyAgreement.getInstance(X25519);
      agreement.init(keys.getPrivate());
      agreement.doPhase(
          KeyFactory.getInstance(X25519)
              .generatePublic(
                  new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, big))),
          true);
      return agreement.generateSecret();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
