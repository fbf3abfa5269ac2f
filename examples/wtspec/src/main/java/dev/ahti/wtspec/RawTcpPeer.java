package dev.ahti.wtspec;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A peer that writes HTTP/2 frames by hand over TLS and records what comes; either side, one
 * connection, loopback only. At its start it sends the preface, if it is a client, and SETTINGS. By
 * itself it answers SETTINGS and PING, and gives back the window of what was taken; the options say
 * otherwise.
 *
 * <p>Waits for up to ten seconds, then throws an {@link AssertionError}. Up to 65,536 frames and
 * streams are kept; above that the connection is closed, for a record with holes would prove
 * nothing.
 *
 * <p>One thread at a time. {@link #close} ends the connection and the thread that reads it.
 */
public final class RawTcpPeer implements AutoCloseable {
  private static final int KEPT = 1 << 16;
  private static final int WINDOW = 65_535;
  private static final int INITIAL_WINDOW_SIZE = 0x4;
  private static final int LARGEST_DATA = 16_384;
  private static final RawFrame ACKNOWLEDGEMENT =
      new RawFrame(RawFrame.SETTINGS, RawFrame.ACK, 0, "");

  private final RawTcpOptions options;
  private final boolean server;
  private final @Nullable SSLServerSocket listening;
  private final Thread reader;
  private final CompletableFuture<SSLSocket> connected = new CompletableFuture<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final BlockingQueue<RawBody> accepted = new ArrayBlockingQueue<>(KEPT);
  private final BlockingQueue<Map<Integer, Long>> settings = new LinkedBlockingQueue<>(KEPT);
  private final BlockingQueue<RawClose> goAways = new LinkedBlockingQueue<>(KEPT);
  private final BlockingQueue<String> pongs = new LinkedBlockingQueue<>(KEPT);
  private final BlockingQueue<Boolean> acknowledgements = new LinkedBlockingQueue<>(KEPT);
  private final Http2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 16);

  // Under the lock, which is this.
  private final Map<Integer, RawBody> streams = new TreeMap<>();
  private final List<RawFrame> seen = new ArrayList<>();
  private long window = WINDOW;
  private long initialWindow = WINDOW;
  private long pings;
  private int nextId = 1;
  private boolean reading = true;

  // The reader's.
  private final StringBuilder block = new StringBuilder();
  private boolean waits;

  private RawTcpPeer(RawTcpOptions options, boolean server, int port) {
    this.options = options;
    this.server = server;
    SSLServerSocket door = server ? RawTls.listen(options) : null;
    this.listening = door;
    this.waits = server && options.settingsBehindTheirs();
    this.reader =
        new Thread(
            () -> {
              try (SSLSocket socket =
                  door != null ? RawTls.accept(door) : RawTls.connect(port, options)) {
                run(socket);
              } catch (IOException | Http2Exception | RuntimeException e) {
                connected.completeExceptionally(e);
                over(e.toString());
              }
            },
            "raw-tcp-peer");
    reader.setDaemon(true);
    reader.start();
  }

  /** Connects to a server on a port of 127.0.0.1, whatever certificate it shows. */
  public static RawTcpPeer connect(int port) {
    return connect(port, RawTcpOptions.DEFAULTS);
  }

  /** Connects with these options. */
  public static RawTcpPeer connect(int port, RawTcpOptions options) {
    RawTcpPeer peer = new RawTcpPeer(options, false, port);
    try {
      peer.socket();
      return peer;
    } catch (AssertionError e) {
      peer.close();
      throw e;
    }
  }

  /** Listens for one connection, on a free port of 127.0.0.1. */
  public static RawTcpPeer listen() {
    return listen(RawTcpOptions.DEFAULTS);
  }

  /** Listens for one connection with these options. */
  public static RawTcpPeer listen(RawTcpOptions options) {
    return new RawTcpPeer(options, true, 0);
  }

  /** The port of a peer that listens. */
  public int port() {
    return requireNonNull(listening, "a client listens on no port").getLocalPort();
  }

  private SSLSocket socket() {
    return Take.from(connected, "a connection");
  }

  /** What TLS agreed on, such as "TLSv1.3". */
  public String tlsVersion() {
    return socket().getSession().getProtocol();
  }

  /**
   * What TLS exports at this end (RFC 8446 7.5), in hexadecimal digits; empty where the JDK has no
   * exporter, which it has from release 25 on.
   *
   * @param context in hexadecimal digits
   */
  public Optional<String> export(String label, String context, int length) {
    return RawTls.export(socket().getSession(), label, HexFormat.of().parseHex(context), length)
        .map(HexFormat.of()::formatHex);
  }

  /** Opens the next stream with a header section; the body may follow. */
  public RawBody request(RawFields fields) {
    RawBody body = open();
    body.write(fields);
    return body;
  }

  /** The next stream of this side, of which nothing is sent yet. */
  public RawBody open() {
    socket();
    synchronized (this) {
      RawBody body = new RawBody(this, nextId, initialWindow);
      streams.put(nextId, body);
      nextId += 2;
      return body;
    }
  }

  /** The next request of the other side. */
  public RawBody accept() {
    return Take.from(accepted, "a request");
  }

  /** Waits until somebody connects once more to one that listens, and closes that at once. */
  public void refuseFurtherConnection() {
    SSLServerSocket door = requireNonNull(listening, "a client listens on no port");
    try {
      door.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
      door.accept().close();
    } catch (IOException e) {
      throw new AssertionError("waited in vain for another connection", e);
    }
  }

  /** The settings of the next SETTINGS frame, by their ids. */
  public Map<Integer, Long> settings() {
    return Take.from(settings, "SETTINGS");
  }

  /** Sends SETTINGS. */
  public void settings(Map<Integer, Long> values) {
    write(new RawFrame(RawFrame.SETTINGS, 0, 0, RawHttp2.settings(values)));
  }

  /** Answers one SETTINGS frame of the other side. */
  public void acknowledge() {
    write(ACKNOWLEDGEMENT);
  }

  /** Waits until the other side has answered one more SETTINGS frame. */
  public void awaitAcknowledgement() {
    Take.from(acknowledgements, "the answer to SETTINGS");
  }

  /** Waits until the other side has handled all that was sent so far, by a PING. */
  public void roundTrip() {
    String question = String.format("%016x", locked(() -> ++pings));
    write(new RawFrame(RawFrame.PING, 0, 0, question));
    String answer;
    do {
      answer = Take.from(pongs, "the answer to a PING");
    } while (!answer.equals(question));
  }

  /** Takes nothing out of TCP any more, but for the frame that is awaited now. */
  public void stopReading() {
    synchronized (this) {
      reading = false;
    }
  }

  private synchronized void awaitReading() {
    try {
      while (!reading) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void readAgain() {
    reading = true;
    notifyAll();
  }

  /** Gives the other side more window, on a stream or, with 0, on the connection. */
  public void grant(int stream, long bytes) {
    write(new RawFrame(RawFrame.WINDOW_UPDATE, 0, stream, RawHttp2.number(bytes)));
  }

  /** How many bytes of all bodies together the other side takes now. */
  public long window() {
    return locked(() -> window);
  }

  /** The next GOAWAY: its code and its text. */
  public RawClose goAway() {
    return Take.from(goAways, "GOAWAY");
  }

  /** Waits for the end of the connection. */
  public String closed() {
    return Take.from(closed, "the end of the connection");
  }

  /** Every frame that came so far. */
  public synchronized List<RawFrame> seen() {
    return List.copyOf(seen);
  }

  /** Writes bytes as they are, given in hexadecimal digits. */
  public void write(String hex) {
    write(socket(), hex);
  }

  private void write(SSLSocket socket, String hex) {
    synchronized (connected) {
      try {
        OutputStream out = socket.getOutputStream();
        out.write(HexFormat.of().parseHex(hex));
        out.flush();
      } catch (IOException e) {
        // Who reads sees the end; what is written behind it is lost, as on any wire.
        over(e.toString());
      }
    }
  }

  /** Writes a frame. */
  public void write(RawFrame frame) {
    write(frame.hex());
  }

  /** A second time does nothing. */
  @Override
  public void close() {
    try {
      if (listening != null) {
        listening.close();
      }
      SSLSocket socket = connected.isCompletedExceptionally() ? null : connected.getNow(null);
      if (socket != null) {
        socket.close();
      }
      readAgain();
      reader.join(TimeUnit.SECONDS.toMillis(10));
    } catch (IOException e) {
      throw new AssertionError("the connection does not close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (reader.isAlive()) {
      throw new AssertionError("the thread of a raw peer goes on");
    }
  }

  // For the bodies.

  synchronized long locked(LongSupplier value) {
    return value.getAsLong();
  }

  void headers(int stream, RawFields fields, int flags) {
    write(
        new RawFrame(
            RawFrame.HEADERS, flags | RawFrame.END_HEADERS, stream, RawHttp2.headerBlock(fields)));
  }

  void data(RawBody body, String hex, boolean end) {
    int most = options.bytewise() ? 1 : LARGEST_DATA;
    int at = 0;
    do {
      int left = hex.length() / 2 - at / 2;
      int length = left == 0 ? 0 : (int) takeWindow(body, Math.min(left, most), padding());
      boolean last = length == left;
      String part = hex.substring(at, at + length * 2);
      write(
          new RawFrame(
              RawFrame.DATA,
              (last && end ? RawFrame.END_STREAM : 0)
                  | (padding() > 0 && length > 0 ? RawFrame.PADDED : 0),
              body.id(),
              padding() > 0 && length > 0 ? "03" + part + "000000" : part));
      at += length * 2;
    } while (at < hex.length());
  }

  /** Bytes of padding, with its length, that go with a byte that goes alone; they count too. */
  private int padding() {
    return options.bytewise() ? 4 : 0;
  }

  private synchronized long takeWindow(RawBody body, long wanted, long besides) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (Math.min(window, body.credit()) <= besides) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("waited in vain for window on stream " + body.id());
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
    long length = Math.min(wanted, Math.min(window, body.credit()) - besides);
    window -= length + besides;
    body.credit(-length - besides);
    return length;
  }

  void taken(int stream, int bytes) {
    if (options.returningWindows() && !closed.isDone()) {
      grant(0, bytes);
      grant(stream, bytes);
    }
  }

  // The reader's.

  private void run(SSLSocket socket) throws IOException, Http2Exception {
    if (!options.applicationProtocol().equals(socket.getApplicationProtocol())) {
      throw new IOException("TLS agreed on \"" + socket.getApplicationProtocol() + "\"");
    }
    DataInputStream in = new DataInputStream(socket.getInputStream());
    if (!waits) {
      write(socket, (server ? "" : RawHttp2.PREFACE) + firstSettings());
    }
    connected.complete(socket);
    if (server) {
      byte[] preface = in.readNBytes(RawHttp2.PREFACE.length() / 2);
      if (!HexFormat.of().formatHex(preface).equals(RawHttp2.PREFACE)) {
        throw new IOException("no preface: " + new String(preface, StandardCharsets.UTF_8));
      }
    }
    while (true) {
      awaitReading();
      byte[] header = in.readNBytes(9);
      if (header.length < 9) {
        over("the end");
        return;
      }
      int length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
      int stream =
          (header[5] & 0x7f) << 24
              | (header[6] & 0xff) << 16
              | (header[7] & 0xff) << 8
              | header[8] & 0xff;
      byte[] payload = in.readNBytes(length);
      if (payload.length < length) {
        over("the end within a frame");
        return;
      }
      came(
          new RawFrame(
              header[3] & 0xff, header[4] & 0xff, stream, HexFormat.of().formatHex(payload)),
          payload);
    }
  }

  private void came(RawFrame frame, byte[] payload) throws Http2Exception, IOException {
    synchronized (this) {
      if (seen.size() == KEPT) {
        throw new IOException("more came than is kept");
      }
      seen.add(frame);
    }
    switch (frame.type()) {
      case RawFrame.DATA -> data(frame, payload);
      case RawFrame.HEADERS -> {
        block.setLength(0);
        section(frame, strip(frame, payload, frame.has(RawFrame.PRIORITY) ? 5 : 0));
      }
      case RawFrame.CONTINUATION -> section(frame, payload);
      case RawFrame.RST_STREAM ->
          tell(frame.stream(), "RESET 0x" + Long.toHexString(Long.parseLong(frame.payload(), 16)));
      case RawFrame.SETTINGS -> settings(frame);
      case RawFrame.PING -> {
        if (frame.has(RawFrame.ACK)) {
          pongs.add(frame.payload());
        } else {
          write(new RawFrame(RawFrame.PING, RawFrame.ACK, 0, frame.payload()));
        }
      }
      case RawFrame.GOAWAY ->
          goAways.add(
              new RawClose(
                  true,
                  Long.parseLong(frame.payload().substring(8, 16), 16),
                  new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8)));
      case RawFrame.WINDOW_UPDATE -> credited(frame);
      default -> {
        // Only recorded.
      }
    }
  }

  private void data(RawFrame frame, byte[] payload) {
    byte[] bytes = strip(frame, payload, 0);
    if (payload.length > bytes.length) {
      // Padding is nobody's to take.
      taken(frame.stream(), payload.length - bytes.length);
    }
    if (bytes.length > 0) {
      tell(frame.stream(), bytes);
    }
    if (frame.has(RawFrame.END_STREAM)) {
      tell(frame.stream(), RawReading.FIN);
    }
  }

  private static byte[] strip(RawFrame frame, byte[] payload, int behindPadLength) {
    int padding = frame.has(RawFrame.PADDED) ? payload[0] & 0xff : 0;
    int from = (frame.has(RawFrame.PADDED) ? 1 : 0) + behindPadLength;
    return Arrays.copyOfRange(payload, from, payload.length - padding);
  }

  /** Of a section in several frames the first one has the flag of the stream's end. */
  private void section(RawFrame frame, byte[] part) throws Http2Exception {
    if (frame.type() == RawFrame.HEADERS && frame.has(RawFrame.END_STREAM)) {
      block.append('!');
    }
    block.append(HexFormat.of().formatHex(part));
    if (!frame.has(RawFrame.END_HEADERS)) {
      return;
    }
    boolean end = block.length() > 0 && block.charAt(0) == '!';
    ByteBuf bytes = Unpooled.wrappedBuffer(HexFormat.of().parseHex(block.substring(end ? 1 : 0)));
    Http2Headers headers = decoder.decodeHeaders(frame.stream(), bytes);
    List<RawFields.Field> fields = new ArrayList<>();
    headers.forEach(
        field ->
            fields.add(
                new RawFields.Field(field.getKey().toString(), field.getValue().toString())));
    tell(frame.stream(), new RawFields(fields));
    if (end) {
      tell(frame.stream(), RawReading.FIN);
    }
  }

  private void settings(RawFrame frame) {
    if (frame.has(RawFrame.ACK)) {
      acknowledgements.add(true);
      return;
    }
    Map<Integer, Long> values = RawHttp2.settings(frame.payload());
    synchronized (this) {
      long initial = values.getOrDefault(INITIAL_WINDOW_SIZE, initialWindow);
      streams.values().forEach(body -> body.credit(initial - initialWindow));
      initialWindow = initial;
      notifyAll();
    }
    String answer = options.acknowledging() ? ACKNOWLEDGEMENT.hex() : "";
    if (waits || !answer.isEmpty()) {
      write((waits ? firstSettings() : "") + answer);
    }
    waits = false;
    // Last, so that who has seen them knows that they are answered.
    settings.add(values);
  }

  private String firstSettings() {
    return options.sendingSettings()
        ? new RawFrame(RawFrame.SETTINGS, 0, 0, RawHttp2.settings(options.settings())).hex()
        : "";
  }

  private synchronized void credited(RawFrame frame) {
    long more = Long.parseLong(frame.payload(), 16);
    RawBody body = streams.get(frame.stream());
    if (frame.stream() == 0) {
      window += more;
    } else if (body != null) {
      body.credit(more);
    }
    notifyAll();
  }

  private void tell(int stream, Object event) {
    RawBody body;
    synchronized (this) {
      body = streams.get(stream);
      if (body == null) {
        body = new RawBody(this, stream, initialWindow);
        streams.put(stream, body);
        accepted.add(body);
      }
    }
    body.came(event);
  }

  private void over(String how) {
    List<RawBody> open;
    synchronized (this) {
      open = List.copyOf(streams.values());
    }
    if (closed.complete(how)) {
      open.forEach(body -> body.came("CLOSED"));
    }
  }

  @Override
  public String toString() {
    return (server ? "raw server on " : "raw client of ") + InetAddress.getLoopbackAddress();
  }
}
