package dev.ahti.wtspec.bare;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Extensions of a message of the handshake, and what is in front of them (RFC 8446 4).
 *
 * @param sessionId the legacy one, which a server echoes
 * @param extensions by their type
 */
public record Hello(byte[] sessionId, Map<Integer, byte[]> extensions) {
  /** The ticket of an earlier connection. */
  public static final int PRE_SHARED_KEY = 41;

  /** Whether early data will be sent or is accepted. */
  public static final int EARLY_DATA = 42;

  static final int CLIENT_HELLO = 1;
  static final int SERVER_HELLO = 2;
  static final int ENCRYPTED_EXTENSIONS = 8;
  static final int CERTIFICATE = 11;
  static final int CERTIFICATE_VERIFY = 15;
  static final int FINISHED = 20;

  static final int SUPPORTED_GROUPS = 10;
  static final int SIGNATURES = 13;
  static final int ALPN = 16;
  static final int VERSIONS = 43;
  static final int KEY_SHARE = 51;
  static final int TRANSPORT_PARAMETERS = 57;

  static final int X25519 = 0x1d;
  static final int AES_128_GCM_SHA256 = 0x1301;
  static final int ECDSA_P256_SHA256 = 0x0403;

  /**
   * The ClientHello in the first UDP payloads of a client, which anybody can read.
   *
   * @throws AssertionError if it is not there, or not whole
   */
  public static Hello ofClient(List<byte[]> payloads) {
    List<Packet> initials = new ArrayList<>();
    payloads.stream()
        .flatMap(payload -> Packet.of(payload, 0).stream())
        .filter(packet -> packet.level() == Packet.Level.INITIAL)
        .forEach(initials::add);
    if (initials.isEmpty()) {
      throw new AssertionError("no Initial packet");
    }
    byte[] id = initials.get(0).destination();
    Crypto crypto = new Crypto();
    for (Packet packet : initials) {
      if (Arrays.equals(packet.destination(), id)) {
        Frames.read(
            PacketKeys.initial(id, true).open(packet.bytes(), packet.numberAt()).frames(),
            new Frames.Sink() {
              @Override
              public void crypto(long offset, byte[] bytes) {
                crypto.add(offset, bytes);
              }
            });
      }
    }
    byte[] message = crypto.message();
    if (message == null) {
      throw new AssertionError("a ClientHello that is not whole");
    }
    return of(message);
  }

  /** Takes a ClientHello, ServerHello or EncryptedExtensions apart. */
  static Hello of(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message, 4, message.length - 4);
    byte[] sessionId = new byte[0];
    if (message[0] != ENCRYPTED_EXTENSIONS) {
      // Version and random.
      in.position(in.position() + 2 + 32);
      sessionId = Bytes.vector(in, 1).array();
      if (message[0] == CLIENT_HELLO) {
        Bytes.vector(in, 2);
        Bytes.vector(in, 1);
      } else {
        in.position(in.position() + 3);
      }
    }
    Map<Integer, byte[]> extensions = new LinkedHashMap<>();
    ByteBuffer all = Bytes.vector(in, 2);
    while (all.hasRemaining()) {
      int type = all.getShort() & 0xffff;
      extensions.put(type, Bytes.vector(all, 2).array());
    }
    return new Hello(sessionId, extensions);
  }

  /** The other side's key of X25519, raw. */
  byte[] keyShare(boolean ofClient) {
    ByteBuffer in = ByteBuffer.wrap(extension(KEY_SHARE));
    ByteBuffer shares = ofClient ? Bytes.vector(in, 2) : in;
    while (shares.hasRemaining()) {
      int group = shares.getShort() & 0xffff;
      byte[] share = Bytes.vector(shares, 2).array();
      if (group == X25519) {
        return share;
      }
    }
    throw new AssertionError("no key share of X25519");
  }

  /** The transport parameters: each value in hexadecimal digits. */
  Map<Long, String> transportParameters() {
    ByteBuffer in = ByteBuffer.wrap(extension(TRANSPORT_PARAMETERS));
    Map<Long, String> parameters = new TreeMap<>();
    while (in.hasRemaining()) {
      long id = Bytes.number(in);
      parameters.put(id, Bytes.hex(Bytes.take(in, (int) Bytes.number(in))));
    }
    return parameters;
  }

  private byte[] extension(int type) {
    byte[] extension = extensions.get(type);
    if (extension == null) {
      throw new AssertionError("no extension " + type);
    }
    return extension;
  }

  /** A message of the handshake. */
  static byte[] message(int type, byte[] body) {
    return new Bytes().number(type, 1).vector(3, body).get();
  }

  static byte[] client(byte[] random, byte[] keyShare, byte[] transportParameters) {
    byte[] extensions =
        new Bytes()
            .number(SUPPORTED_GROUPS, 2)
            .vector(2, new Bytes().vector(2, new Bytes().number(X25519, 2).get()).get())
            .number(SIGNATURES, 2)
            .vector(2, new Bytes().vector(2, new Bytes().number(ECDSA_P256_SHA256, 2).get()).get())
            .add(alpn())
            .number(VERSIONS, 2)
            .vector(2, new Bytes().vector(1, Bytes.hex("0304")).get())
            .number(KEY_SHARE, 2)
            .vector(2, new Bytes().vector(2, share(keyShare)).get())
            .number(TRANSPORT_PARAMETERS, 2)
            .vector(2, transportParameters)
            .get();
    return message(
        CLIENT_HELLO,
        new Bytes()
            .number(0x0303, 2)
            .add(random)
            .vector(1, new byte[0])
            .vector(2, new Bytes().number(AES_128_GCM_SHA256, 2).get())
            .vector(1, new byte[1])
            .vector(2, extensions)
            .get());
  }

  static byte[] server(byte[] random, byte[] sessionId, byte[] keyShare) {
    byte[] extensions =
        new Bytes()
            .number(VERSIONS, 2)
            .vector(2, Bytes.hex("0304"))
            .number(KEY_SHARE, 2)
            .vector(2, share(keyShare))
            .get();
    return message(
        SERVER_HELLO,
        new Bytes()
            .number(0x0303, 2)
            .add(random)
            .vector(1, sessionId)
            .number(AES_128_GCM_SHA256, 2)
            .number(0, 1)
            .vector(2, extensions)
            .get());
  }

  static byte[] encryptedExtensions(byte[] transportParameters) {
    byte[] extensions =
        new Bytes()
            .add(alpn())
            .number(TRANSPORT_PARAMETERS, 2)
            .vector(2, transportParameters)
            .get();
    return message(ENCRYPTED_EXTENSIONS, new Bytes().vector(2, extensions).get());
  }

  private static byte[] alpn() {
    byte[] names = new Bytes().text(1, "h3").get();
    return new Bytes().number(ALPN, 2).vector(2, new Bytes().vector(2, names).get()).get();
  }

  private static byte[] share(byte[] key) {
    return new Bytes().number(X25519, 2).vector(2, key).get();
  }
}
