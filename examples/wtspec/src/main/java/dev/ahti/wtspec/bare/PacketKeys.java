package dev.ahti.wtspec.bare;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Protects and opens the packets of one side at one level (RFC 9001 5), with AES-128-GCM. */
final class PacketKeys {
  /** Of packet numbers as they are sent here. */
  static final int NUMBER_BYTES = 4;

  static final int TAG_BYTES = 16;

  private static final byte[] SALT = Bytes.hex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
  private static final byte[] NOTHING = new byte[0];
  private static final int LONG_HEADER = 0x80;

  private final SecretKeySpec key;
  private final byte[] iv;
  private final SecretKeySpec mask;

  PacketKeys(byte[] secret) {
    key = new SecretKeySpec(Secrets.expand(secret, "quic key", NOTHING, 16), "AES");
    iv = Secrets.expand(secret, "quic iv", NOTHING, 12);
    mask = new SecretKeySpec(Secrets.expand(secret, "quic hp", NOTHING, 16), "AES");
  }

  /** Those of Initial packets, which anybody has who sees the first. */
  static PacketKeys initial(byte[] firstDestination, boolean ofClient) {
    byte[] initial = Secrets.extract(SALT, firstDestination);
    String label = ofClient ? "client in" : "server in";
    return new PacketKeys(Secrets.expand(initial, label, NOTHING, Secrets.LENGTH));
  }

  /** A packet. Its header ends with the number, in {@link #NUMBER_BYTES}. */
  byte[] seal(byte[] header, long number, byte[] frames) {
    byte[] packet = Bytes.join(header, crypt(Cipher.ENCRYPT_MODE, number, header, frames));
    int numberAt = header.length - NUMBER_BYTES;
    byte[] masking = masking(packet, numberAt);
    packet[0] ^= (byte) (masking[0] & firstBits(packet[0]));
    for (int i = 0; i < NUMBER_BYTES; i++) {
      packet[numberAt + i] ^= masking[1 + i];
    }
    return packet;
  }

  /** What a packet holds. Numbers are short here, so the bytes that are sent are all there is. */
  record Opened(long number, byte[] frames) {}

  /** Opens a packet from its first byte to its last. */
  Opened open(byte[] packet, int numberAt) {
    byte[] masking = masking(packet, numberAt);
    byte[] header = Arrays.copyOf(packet, numberAt + NUMBER_BYTES);
    header[0] ^= (byte) (masking[0] & firstBits(header[0]));
    int length = (header[0] & 3) + 1;
    long number = 0;
    for (int i = 0; i < length; i++) {
      header[numberAt + i] ^= masking[1 + i];
      number = number << 8 | header[numberAt + i] & 0xff;
    }
    header = Arrays.copyOf(header, numberAt + length);
    byte[] sealed = Arrays.copyOfRange(packet, header.length, packet.length);
    return new Opened(number, crypt(Cipher.DECRYPT_MODE, number, header, sealed));
  }

  private static int firstBits(byte first) {
    return (first & LONG_HEADER) != 0 ? 0x0f : 0x1f;
  }

  private byte[] masking(byte[] packet, int numberAt) {
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, mask);
      return cipher.doFinal(packet, numberAt + NUMBER_BYTES, 16);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] crypt(int mode, long number, byte[] header, byte[] bytes) {
    byte[] nonce = Bytes.xor(iv, new Bytes().add(new byte[4]).number(number, 8).get());
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
      cipher.updateAAD(header);
      return cipher.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("a packet that cannot be opened", e);
    }
  }
}
