package dev.ahti.wtspec.bare;

import static java.util.Objects.requireNonNull;

import dev.ahti.wtspec.RawCertificate;
import dev.ahti.wtspec.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a QUIC connection made by hand, either side: it says what transport parameters it is
 * given, shows those of the other side, and sends any frames. It has no windows and sends nothing
 * again.
 *
 * <p>Works inside its calls, which wait for up to ten seconds and then throw an {@link
 * AssertionError}. One thread at a time; loopback only.
 */
public final class BarePeer implements AutoCloseable {
  /** The parameters that a session needs, as pairs of id and value in hexadecimal digits. */
  public static final Map<Long, String> PARAMETERS =
      Map.of(
          0x04L, RawHttp.number(1 << 20),
          0x05L, RawHttp.number(1 << 16),
          0x06L, RawHttp.number(1 << 16),
          0x07L, RawHttp.number(1 << 16),
          0x08L, RawHttp.number(100),
          0x09L, RawHttp.number(100),
          0x20L, RawHttp.number(65535));

  private static final int PATIENCE_MILLIS = 10_000;
  private static final int LARGEST = 65_535;
  private static final int ID_BYTES = 8;
  private static final long FIRST_DESTINATION = 0x00;
  private static final long OWN_ID = 0x0f;

  private final DatagramSocket socket;
  private final boolean client;
  private final Map<Long, String> own;
  private final Exchange exchange = new Exchange();
  private final byte[] id;
  private final Epoch[] epochs = new Epoch[Packet.Level.values().length];
  private final Map<Long, Crypto> streams = new HashMap<>();
  private final Map<String, String> furtherIds = new TreeMap<>();
  private byte[] destination;
  private @Nullable SocketAddress remote;
  private byte[] transcript = new byte[0];
  private @Nullable Secrets secrets;
  private byte[] peersSecret = new byte[0];
  private byte[] ownSecret = new byte[0];
  private byte[] exporter = new byte[0];
  private Map<Long, String> peers = Map.of();
  private boolean confirmed;
  private @Nullable BareClose closed;

  private BarePeer(boolean client, Map<Long, String> parameters, byte[] destination, byte[] id) {
    this.client = client;
    this.destination = destination;
    this.id = id;
    this.own = new TreeMap<>(parameters);
    try {
      socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
      socket.setSoTimeout(PATIENCE_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Packet.Level level : Packet.Level.values()) {
      epochs[level.ordinal()] = new Epoch(level);
    }
  }

  /** Begins a handshake with a server on a port of 127.0.0.1, whatever certificate it shows. */
  public static BarePeer connect(int port, Map<Long, String> parameters) {
    return connect(port, parameters, Bytes.hex(random(ID_BYTES)), Bytes.hex(random(ID_BYTES)));
  }

  /**
   * The same with connection ids that are not random, 8 bytes each in hexadecimal digits.
   *
   * @param destination the one that the first packet goes to
   * @param id its own
   */
  public static BarePeer connect(
      int port, Map<Long, String> parameters, String destination, String id) {
    BarePeer peer = new BarePeer(true, parameters, Bytes.hex(destination), Bytes.hex(id));
    peer.remote = new InetSocketAddress("127.0.0.1", port);
    peer.initialKeys(peer.destination);
    byte[] hello =
        Hello.client(
            random(32), peer.exchange.publicKey(), peer.parameters(Map.of(OWN_ID, peer.id)));
    peer.transcript = hello;
    peer.sendCrypto(Packet.Level.INITIAL, hello);
    return peer;
  }

  /** Listens for one client, on a free port of 127.0.0.1. */
  public static BarePeer listen(Map<Long, String> parameters) {
    return new BarePeer(false, parameters, random(ID_BYTES), random(ID_BYTES));
  }

  /** The port of one who listens. */
  public int port() {
    return socket.getLocalPort();
  }

  /** The other side's transport parameters: by id, the value in hexadecimal digits. */
  public Map<Long, String> peersParameters() {
    await("transport parameters", () -> !peers.isEmpty());
    return peers;
  }

  /** The other side's connection id, in hexadecimal digits: of a server the one that it chose. */
  public String peersId() {
    peersParameters();
    return Bytes.hex(destination);
  }

  /**
   * The ids that the other side gave in NEW_CONNECTION_ID frames (RFC 9000 19.15), with the
   * stateless reset token of each, in hexadecimal digits.
   *
   * @param count how many of them to wait for
   */
  public Map<String, String> peersFurtherIds(int count) {
    await(count + " connection ids", () -> furtherIds.size() >= count);
    return Map.copyOf(furtherIds);
  }

  /** Waits for the end of the handshake. */
  public BarePeer handshaken() {
    await("the handshake", () -> confirmed);
    return this;
  }

  /** Sends a packet of frames, given in hexadecimal digits, after the handshake. */
  public void send(String frames) {
    send(Packet.Level.APPLICATION, Bytes.hex(frames));
  }

  /** The first bytes of a stream, in hexadecimal digits. */
  public String stream(long stream, int bytes) {
    Crypto pieces = streams.computeIfAbsent(stream, opens -> new Crypto());
    await(bytes + " bytes of stream " + stream, () -> pieces.whole().length >= bytes);
    return Bytes.hex(Arrays.copyOf(pieces.whole(), bytes));
  }

  /**
   * What TLS exports at this end, in hexadecimal digits (RFC 8446 7.5); after the handshake.
   *
   * @param context in hexadecimal digits
   * @param length at most 32 bytes
   */
  public String export(String label, String context, int length) {
    return Bytes.hex(Secrets.export(exporter, label, Bytes.hex(context), length));
  }

  /** How the other side closed the connection. */
  public BareClose closed() {
    await("the close", () -> closed != null);
    return requireNonNull(closed);
  }

  /** Whether it has not closed the connection so far. */
  public boolean isOpen() {
    return closed == null;
  }

  @Override
  public void close() {
    if (epoch(Packet.Level.APPLICATION).hasKeys() && closed == null) {
      // H3_NO_ERROR, without a reason: or the other side would wait for its idle time-out.
      send("1d4100" + "00");
    }
    socket.close();
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || closed != null) {
        throw new AssertionError("waited in vain for " + what + ", closed: " + closed);
      }
      receive(what);
    }
  }

  private void receive(String what) {
    DatagramPacket payload = new DatagramPacket(new byte[LARGEST], LARGEST);
    try {
      socket.receive(payload);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("waited in vain for " + what, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    remote = payload.getSocketAddress();
    byte[] bytes = Arrays.copyOf(payload.getData(), payload.getLength());
    for (Packet packet : Packet.of(bytes, ID_BYTES)) {
      take(packet);
    }
  }

  private void take(Packet packet) {
    Packet.Level level = packet.level();
    Epoch epoch = epoch(level);
    if (level == Packet.Level.INITIAL && !epoch.hasKeys()) {
      own.put(FIRST_DESTINATION, Bytes.hex(packet.destination()));
      initialKeys(packet.destination());
    }
    if (!epoch.hasKeys()) {
      // It overtook what its keys come from, and is sent again.
      return;
    }
    if (level == Packet.Level.INITIAL) {
      destination = packet.source();
    }
    PacketKeys.Opened opened = epoch.open(packet);
    if (Frames.read(opened.frames(), new Taken(epoch))) {
      send(level, Bytes.hex("02" + RawHttp.number(opened.number()) + "000000"));
    }
    for (byte[] message = epoch.crypto.message();
        message != null;
        message = epoch.crypto.message()) {
      handshake(message);
    }
  }

  /** What the frames of a packet are for. */
  private final class Taken implements Frames.Sink {
    private final Epoch epoch;

    Taken(Epoch epoch) {
      this.epoch = epoch;
    }

    @Override
    public void crypto(long offset, byte[] bytes) {
      epoch.crypto.add(offset, bytes);
    }

    @Override
    public void stream(long stream, long offset, byte[] bytes) {
      streams.computeIfAbsent(stream, opens -> new Crypto()).add(offset, bytes);
    }

    @Override
    public void connectionId(byte[] id, byte[] resetToken) {
      furtherIds.put(Bytes.hex(id), Bytes.hex(resetToken));
    }

    @Override
    public void closed(BareClose close) {
      closed = close;
    }
  }

  private Epoch epoch(Packet.Level level) {
    return epochs[level.ordinal()];
  }

  private void handshake(byte[] message) {
    switch (message[0]) {
      case Hello.CLIENT_HELLO -> answer(message);
      case Hello.SERVER_HELLO -> {
        transcript = Bytes.join(transcript, message);
        handshakeKeys(Hello.of(message).keyShare(false));
      }
      case Hello.FINISHED -> finished(message);
      case Hello.ENCRYPTED_EXTENSIONS -> {
        peers = Hello.of(message).transportParameters();
        transcript = Bytes.join(transcript, message);
      }
      case Hello.CERTIFICATE, Hello.CERTIFICATE_VERIFY ->
          transcript = Bytes.join(transcript, message);
      default -> {
        // Tickets.
      }
    }
  }

  /** As a server: all that there is to say, in one flight. */
  private void answer(byte[] message) {
    Hello hello = Hello.of(message);
    peers = hello.transportParameters();
    byte[] answer = Hello.server(random(32), hello.sessionId(), exchange.publicKey());
    transcript = Bytes.join(message, answer);
    sendCrypto(Packet.Level.INITIAL, answer);
    handshakeKeys(hello.keyShare(true));
    byte[] extensions = Hello.encryptedExtensions(parameters(Map.of(OWN_ID, id)));
    byte[] certificate = certificate();
    transcript = Bytes.join(transcript, extensions, certificate);
    byte[] verify = verify();
    transcript = Bytes.join(transcript, verify);
    byte[] finished = Hello.message(Hello.FINISHED, Secrets.finished(ownSecret, transcript));
    transcript = Bytes.join(transcript, finished);
    sendCrypto(Packet.Level.HANDSHAKE, Bytes.join(extensions, certificate, verify, finished));
    applicationKeys();
  }

  private void finished(byte[] message) {
    byte[] expected = Secrets.finished(peersSecret, transcript);
    if (!Arrays.equals(expected, Arrays.copyOfRange(message, 4, message.length))) {
      throw new AssertionError("the other side's Finished does not fit");
    }
    if (client) {
      transcript = Bytes.join(transcript, message);
      byte[] own = Hello.message(Hello.FINISHED, Secrets.finished(ownSecret, transcript));
      sendCrypto(Packet.Level.HANDSHAKE, own);
      applicationKeys();
    } else {
      // HANDSHAKE_DONE.
      send("1e");
    }
    confirmed = true;
  }

  private byte[] certificate() {
    try {
      byte[] leaf = RawCertificate.shared().chain().get(0).getEncoded();
      byte[] entry = new Bytes().vector(3, leaf).vector(2, new byte[0]).get();
      return Hello.message(
          Hello.CERTIFICATE, new Bytes().vector(1, new byte[0]).vector(3, entry).get());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] verify() {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(RawCertificate.shared().key());
      byte[] spaces = new byte[64];
      Arrays.fill(spaces, (byte) ' ');
      signature.update(spaces);
      signature.update("TLS 1.3, server CertificateVerify\0".getBytes(StandardCharsets.US_ASCII));
      signature.update(Secrets.hash(transcript));
      return Hello.message(
          Hello.CERTIFICATE_VERIFY,
          new Bytes().number(Hello.ECDSA_P256_SHA256, 2).vector(2, signature.sign()).get());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] parameters(Map<Long, byte[]> ids) {
    Map<Long, String> all = new TreeMap<>(own);
    ids.forEach((parameter, value) -> all.put(parameter, Bytes.hex(value)));
    Bytes out = new Bytes();
    all.forEach((parameter, value) -> out.add(Bytes.hex(RawHttp.frame(parameter, value))));
    return out.get();
  }

  private void initialKeys(byte[] firstDestination) {
    keys(
        Packet.Level.INITIAL,
        PacketKeys.initial(firstDestination, client),
        PacketKeys.initial(firstDestination, !client));
  }

  private void handshakeKeys(byte[] peersKey) {
    secrets = new Secrets(exchange.agree(peersKey));
    ownSecret = secrets.handshake(client, transcript);
    peersSecret = secrets.handshake(!client, transcript);
    keys(Packet.Level.HANDSHAKE, new PacketKeys(ownSecret), new PacketKeys(peersSecret));
  }

  private void applicationKeys() {
    Secrets known = requireNonNull(secrets);
    byte[] upToServersFinished = transcript;
    exporter = known.exporter(upToServersFinished);
    keys(
        Packet.Level.APPLICATION,
        new PacketKeys(known.application(client, upToServersFinished)),
        new PacketKeys(known.application(!client, upToServersFinished)));
  }

  private void keys(Packet.Level level, PacketKeys ours, PacketKeys theirs) {
    epoch(level).keys(ours, theirs);
  }

  private void sendCrypto(Packet.Level level, byte[] bytes) {
    send(level, epoch(level).crypto(bytes));
  }

  private void send(Packet.Level level, byte[] frames) {
    byte[] packet = epoch(level).packet(destination, id, frames);
    try {
      socket.send(new DatagramPacket(packet, packet.length, remote));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }
}
