package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.stage.DatagramReader;
import dev.ahti.engine.stage.DatagramWriters;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

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
  private final DatagramWriters writers;
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
    this.writers = new DatagramWriters(datagrams);
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
    return writers.newWriter();
  }

  /**
   * Completes when the session ended cleanly, from either side; fails with a {@link SessionFailure}
   * when it ended abruptly.
   */
  public CompletableFuture<SessionEnd> closed() {
    return promises.closed().copy();
  }

  /**
   * Completes when the peer asks to wind up, with DRAIN or GOAWAY; the session goes on. Fails with
   * a {@link SessionFailure} when it ends before.
   */
  public CompletableFuture<Done> draining() {
    return promises.draining().copy();
  }

  /**
   * Opens a stream. Waits while the peer's stream limit is reached; at most {@code
   * ahti.session.open-waiters-capacity} calls of a kind wait.
   *
   * @return the stream; fails with a {@link SessionFailure} when the session has ended, too many
   *     wait, or the transport cannot. Cancelling it gives the place in the queue back
   */
  public CompletableFuture<StreamHandle> openStream(StreamKind kind) {
    CompletableFuture<StreamHandle> promise = promises.opens(kind).add();
    if (!promise.isDone()) {
      actor.tell(SessionActor.Open.of(kind));
    }
    return promise;
  }

  /**
   * Ends the session cleanly: CLOSE, the end of the CONNECT stream, and every stream of the session
   * reset. Later calls do nothing.
   *
   * @param code 0 to 2^32-1
   * @param reason cut at 1024 bytes of UTF-8
   */
  public void close(long code, String reason) {
    tell(new SessionActor.Close(code, reason));
  }

  /** Asks the peer to wind up (DRAIN); the session goes on. No effect where the draft has none. */
  public void drain() {
    tell(SessionActor.Drain.INSTANCE);
  }

  /**
   * Ends the session abruptly: the CONNECT stream is reset, no CLOSE is sent.
   *
   * @param wireCode an HTTP/3 code
   * @param why for the log and for {@link #closed}
   */
  public void abort(long wireCode, String why) {
    tell(new SessionActor.Abort(wireCode, why));
  }

  /** What the transport knows of the connection; fails when the session has ended. */
  public CompletableFuture<ConnectionStats> stats() {
    CompletableFuture<ConnectionStats> promise = promises.stats().add();
    tell(SessionActor.ReadStats.INSTANCE);
    return promise;
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
