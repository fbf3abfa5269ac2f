package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.spi.KeyingMaterial;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.stage.DatagramReader;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.ExporterContext;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * An open session, as its application holds it. Every call is passed on to the session's actor and
 * returns at once; any thread.
 *
 * <p>Futures complete on the connection's loop: what hangs on them must not block, or use the
 * {@code Async} variants with an executor of its own.
 */
public final class SessionHandle {
  private final SessionFacts facts;
  private final SessionPromises promises;
  private final DatagramPort datagrams;
  private final DatagramReader reader;
  private final ActorRef<SessionActor.Command> actor;

  SessionHandle(
      SessionFacts facts,
      SessionPromises promises,
      DatagramPort datagrams,
      ActorRef<SessionActor.Command> actor) {
    this.facts = facts;
    this.promises = promises;
    this.datagrams = datagrams;
    this.reader = new DatagramReader(datagrams);
    this.actor = actor;
  }

  /** The session's id on its connection: that of its CONNECT stream. */
  public long id() {
    return facts.id();
  }

  /** The draft spoken. */
  public Dialect dialect() {
    return facts.dialect();
  }

  /** Whether this endpoint is the server. */
  public boolean server() {
    return facts.server();
  }

  /** The request's fields, pseudo fields included. */
  public Fields request() {
    return facts.request();
  }

  /** The answer's fields, {@code :status} included. */
  public Fields response() {
    return facts.response();
  }

  /** What the application speaks in this session; empty if nothing was agreed on. */
  public Optional<String> protocol() {
    return facts.protocol();
  }

  /** The peer's address when the session began. */
  public InetSocketAddress remoteAddress() {
    return facts.remoteAddress();
  }

  /** Where everything of this session happens. */
  public StreamLoop loop() {
    return facts.loop();
  }

  /** Bidirectional streams that the peer opens; take them, or they are refused above the bound. */
  public IncomingStreams incomingBidirectional() {
    return promises.incoming(StreamKind.BIDIRECTIONAL);
  }

  /** Unidirectional streams that the peer opens. */
  public IncomingStreams incomingUnidirectional() {
    return promises.incoming(StreamKind.UNIDIRECTIONAL);
  }

  /**
   * The session's datagrams; to receive them, use {@link #datagramReader()}, to send them, {@link
   * #newDatagramWriter()}.
   */
  public DatagramPort datagrams() {
    return datagrams;
  }

  /** The one way to receive datagrams. */
  public DatagramReader datagramReader() {
    return reader;
  }

  /** One more way to send datagrams, beside the others of this session. */
  public DatagramWriter newDatagramWriter() {
    return datagrams.newWriter();
  }

  /**
   * Completes when the session ended cleanly, from either side; fails with a {@link SessionFailure}
   * when it ended abruptly. The same for everybody: completing or cancelling it has no effect.
   */
  public CompletableFuture<SessionEnd> closed() {
    return promises.closed();
  }

  /**
   * Completes when the peer asks to wind up, with DRAIN or GOAWAY; the session goes on. Stays
   * incomplete when it ends before. The same for everybody, like {@link #closed}.
   */
  public CompletableFuture<Done> draining() {
    return promises.draining();
  }

  /** Opens a stream with {@link OpenOptions#DEFAULT}. */
  public CompletableFuture<StreamHandle> openStream(StreamKind kind) {
    return openStream(kind, OpenOptions.DEFAULT);
  }

  /**
   * Opens a stream. At most {@code ahti.session.open-waiters-capacity} calls of a kind wait for the
   * transport or for the peer's stream limit.
   *
   * @return the stream; fails with a {@link SessionFailure} when the session has ended or the
   *     transport cannot, with {@link TooManyCalls} when too many wait, and with {@link
   *     StreamsExhausted} when the peer's limit is reached and the options do not wait. Cancelling
   *     it gives the place in the queue back
   */
  public CompletableFuture<StreamHandle> openStream(StreamKind kind, OpenOptions options) {
    CompletableFuture<StreamHandle> promise =
        promises.opens(kind).add(options.waitUntilAvailable());
    if (!promise.isDone()) {
      actor.tell(SessionCommand.Open.of(kind));
    }
    if (options.priority().equals(SendPriority.DEFAULT)) {
      return promise;
    }
    CompletableFuture<StreamHandle> placed =
        promise.thenApply(
            stream -> {
              stream.priority(options.priority());
              return stream;
            });
    placed.whenComplete(
        (stream, failure) -> {
          if (placed.isCancelled()) {
            promise.cancel(false);
          }
        });
    return placed;
  }

  /**
   * Makes a send group: see {@link SendPriority}.
   *
   * @throws SessionFailure when the session has ended, or {@code ahti.session.send-groups} are in
   *     use
   */
  public SendGroupHandle createSendGroup() {
    if (promises.closed().isDone()) {
      throw new SessionFailure("the session has ended");
    }
    return promises.groups().create(actor);
  }

  /**
   * Says how many streams of a kind the peer is expected to have open at a time. The session's
   * limit, where it has one, and the room for streams that nobody has taken, grow to that at once;
   * fewer than configured count as that many, and what was granted stays granted.
   *
   * @param streams 0 to 65535
   */
  public void anticipate(StreamKind kind, int streams) {
    tell(new SessionCommand.Anticipate(kind, streams));
  }

  /**
   * Ends the session cleanly: CLOSE, the end of the CONNECT stream, and every stream of the session
   * reset. Later calls do nothing.
   *
   * @param code 0 to 2^32-1
   * @param reason cut at 1024 bytes of UTF-8
   */
  public void close(long code, String reason) {
    tell(new SessionCommand.Close(code, reason));
  }

  /** Asks the peer to wind up (DRAIN); the session goes on. No effect where the draft has none. */
  public void drain() {
    tell(SessionCommand.Drain.INSTANCE);
  }

  /**
   * Ends the session abruptly: the CONNECT stream is reset, no CLOSE is sent.
   *
   * @param wireCode an HTTP/3 code
   * @param why for the log and for {@link #closed}
   */
  public void abort(long wireCode, String why) {
    tell(new SessionCommand.Abort(wireCode, why));
  }

  /**
   * What the transport knows of the connection; fails with a {@link SessionFailure} when the
   * session has ended, or {@code ahti.session.statistics-calls} calls wait already.
   */
  public CompletableFuture<ConnectionStats> stats() {
    CompletableFuture<ConnectionStats> promise = promises.stats().add();
    if (!promise.isDone()) {
      tell(SessionCommand.ReadStats.INSTANCE);
    }
    return promise;
  }

  /**
   * What is known of the session now; fails with a {@link SessionFailure} when it has ended, or
   * {@code ahti.session.statistics-calls} calls wait already.
   */
  public CompletableFuture<SessionInfo> info() {
    CompletableFuture<SessionInfo> promise = promises.info().add();
    if (!promise.isDone()) {
      tell(SessionCommand.ReadInfo.INSTANCE);
    }
    return promise;
  }

  /**
   * The latest statistics that were collected before the session ended, or as it did. Completes
   * once it has ended, at the latest when its actor stops; never fails.
   */
  public CompletableFuture<ConnectionStats> lastStats() {
    return promises.lastStats();
  }

  /**
   * Completes once every byte and datagram that was offered before was handed to the transport, or
   * dropped, and at the latest when the session has ended; never fails. The same for everybody who
   * asks at a time, like {@link #closed}.
   */
  public CompletableFuture<Done> whenSent() {
    return promises.sending().ask(actor);
  }

  /** The peer's certificate chain, leaf first; empty when it showed none. */
  public List<X509Certificate> peerCertificates() {
    return facts.connection().peerCertificates();
  }

  /** Whether keying material was asked for when the connection was opened. */
  public boolean exportsKeyingMaterial() {
    return facts.connection().keyingMaterial().isPresent();
  }

  /** Whether the connection has unreliable transport. */
  public boolean supportsUnreliable() {
    return facts.connection().supportsUnreliable();
  }

  /** The congestion control in use; empty when the transport cannot tell. */
  public Optional<CongestionControl> congestionControl() {
    return facts.connection().congestionControl();
  }

  /**
   * Derives keying material for this session from the TLS connection (the drafts' {@code
   * EXPORTER-WebTransport}): both ends get the same, other sessions and other labels something
   * else.
   *
   * @param label at most 255 bytes
   * @param context at most 255 bytes; empty for none
   * @param length 1 to {@link KeyingMaterial#MAX_LENGTH} bytes
   * @return the material; fails with a {@link SessionFailure} when the session has ended, or when
   *     the connection was not opened with it
   * @throws IllegalArgumentException when an argument is out of its bounds
   */
  public CompletableFuture<ByteString> exportKeyingMaterial(
      ByteString label, ByteString context, int length) {
    ByteString bound = ExporterContext.encode(facts.id(), label, context);
    if (length < 1 || length > KeyingMaterial.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "length: " + length + " (expected: 1 to " + KeyingMaterial.MAX_LENGTH + ")");
    }
    Optional<KeyingMaterial> material = facts.connection().keyingMaterial();
    if (promises.closed().isDone()) {
      return CompletableFuture.failedFuture(new SessionFailure("the session has ended"));
    }
    if (material.isEmpty()) {
      return CompletableFuture.failedFuture(
          new SessionFailure("keying material was not asked for when the connection was opened"));
    }
    try {
      return CompletableFuture.completedFuture(
          material.get().export(ExporterContext.LABEL, bound, length));
    } catch (IllegalStateException closed) {
      return CompletableFuture.failedFuture(
          new SessionFailure(String.valueOf(closed.getMessage()), closed));
    }
  }

  @Override
  public String toString() {
    return "SessionHandle[" + facts.id() + ", " + facts.remoteAddress() + "]";
  }

  private void tell(SessionActor.Command command) {
    // A session that has ended has nobody to tell.
    if (!promises.closed().isDone()) {
      actor.tell(command);
    }
  }
}
