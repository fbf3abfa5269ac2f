package dev.ahti.wtspec;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** How a raw peer's QUIC is set up. Immutable; start from {@link #DEFAULTS}. */
public final class RawOptions {

  /** A well-disposed peer: ten seconds, 1 MiB, 128 KiB a stream, 100 streams, datagrams, h3. */
  public static final RawOptions DEFAULTS = new RawOptions();

  private int idleSeconds = 10;
  private long connectionData = 1 << 20;
  private long streamData = 1 << 17;
  private long bidirectionalStreams = 100;
  private long unidirectionalStreams = 100;
  private boolean datagrams = true;
  private boolean bytewise;
  private String applicationProtocol = "h3";
  private String from = "127.0.0.1";
  private RawCertificate certificate = RawCertificate.shared();
  private Optional<RawTickets> tickets = Optional.empty();
  private Optional<Path> qlog = Optional.empty();

  private RawOptions() {}

  private RawOptions with(Consumer<RawOptions> change) {
    RawOptions next = new RawOptions();
    next.idleSeconds = idleSeconds;
    next.connectionData = connectionData;
    next.streamData = streamData;
    next.bidirectionalStreams = bidirectionalStreams;
    next.unidirectionalStreams = unidirectionalStreams;
    next.datagrams = datagrams;
    next.bytewise = bytewise;
    next.applicationProtocol = applicationProtocol;
    next.from = from;
    next.certificate = certificate;
    next.tickets = tickets;
    next.qlog = qlog;
    change.accept(next);
    return next;
  }

  /** With another idle time-out. */
  public RawOptions withIdleSeconds(int seconds) {
    return with(next -> next.idleSeconds = seconds);
  }

  /** With other receive windows, in bytes. */
  public RawOptions withWindows(long connection, long stream) {
    return with(
        next -> {
          next.connectionData = connection;
          next.streamData = stream;
        });
  }

  /** With other stream limits. */
  public RawOptions withStreams(long bidirectional, long unidirectional) {
    return with(
        next -> {
          next.bidirectionalStreams = bidirectional;
          next.unidirectionalStreams = unidirectional;
        });
  }

  /** Without transport parameter 0x20. */
  public RawOptions withoutDatagrams() {
    return with(next -> next.datagrams = false);
  }

  /** With a packet for each byte that is written on a stream. */
  public RawOptions withEachByteAlone() {
    return with(next -> next.bytewise = true);
  }

  /** With another protocol in TLS (ALPN), and none beside it; not with tickets. */
  public RawOptions withApplicationProtocol(String name) {
    return with(next -> next.applicationProtocol = name);
  }

  /** With another address of this machine, such as 127.0.0.2 or ::1, as its own; clients only. */
  public RawOptions withFrom(String address) {
    return with(next -> next.from = address);
  }

  /** With another certificate; servers only. */
  public RawOptions withCertificate(RawCertificate other) {
    return with(next -> next.certificate = other);
  }

  /** With tickets of earlier connections, and early data on; a server shows their certificate. */
  public RawOptions withTickets(RawTickets shared) {
    return with(next -> next.tickets = Optional.of(shared));
  }

  /** With a file in this directory that {@link RawQlog} reads once the peer is closed. */
  public RawOptions withQlog(Path directory) {
    return with(next -> next.qlog = Optional.of(directory));
  }

  /** The idle time-out. */
  int idleSeconds() {
    return idleSeconds;
  }

  /** The connection's receive window in bytes. */
  long connectionData() {
    return connectionData;
  }

  /** Each stream's receive window in bytes. */
  long streamData() {
    return streamData;
  }

  /** How many the other side may have open. */
  long bidirectionalStreams() {
    return bidirectionalStreams;
  }

  /** How many the other side may have open. */
  long unidirectionalStreams() {
    return unidirectionalStreams;
  }

  /** Whether datagrams are announced (transport parameter 0x20). */
  boolean datagrams() {
    return datagrams;
  }

  /** Whether each byte that is written leaves in a packet of its own. */
  boolean bytewise() {
    return bytewise;
  }

  /** What TLS agrees on. */
  String applicationProtocol() {
    return applicationProtocol;
  }

  /** Its own address. */
  String from() {
    return from;
  }

  /** What a server shows. */
  RawCertificate certificate() {
    return certificate;
  }

  /** What is kept from one connection for the next; empty for nothing. */
  Optional<RawTickets> tickets() {
    return tickets;
  }

  /** Where the frames that come and go are written; empty for nowhere. */
  Optional<Path> qlog() {
    return qlog;
  }
}
