package dev.ahti.engine.stage;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.socket.SocketEnds.Half;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.TcpConnection;
import dev.ahti.engine.spi.WriteEnd;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection as stages and the API have it: the halves of its port for the same stages,
 * readers and writers as streams of sessions have, and the rules by which it closes (WICG Direct
 * Sockets, "handle closing the TCPSocket readable stream" and "... writable stream"). Any thread.
 *
 * <p>A half is locked while somebody has it and it has not ended.
 */
public final class SocketHandle {
  /** TCP has no codes; this one passes them through. */
  private static final Dialect NO_CODES = Dialect.of(Http2Dialect.DRAFT_15, Set.of());

  private final TcpConnection connection;
  private final StreamHandle stream;
  private final StreamFailures failures;
  private final SocketClosing closing;

  /** Watches the ends of the port, which settle {@link #closed}. */
  private final class Watch implements PortObserver {
    @Override
    public void onReadEnd(Inbound end) {
      // Told in the turn of who reads: TcpConnection.onReadOver.
    }

    @Override
    public void onWriteEnd(WriteEnd end) {
      if (end instanceof WriteEnd.Lost lost) {
        ended(Half.WRITABLE, failures.lost(lost.why()));
      }
    }
  }

  /**
   * Of one connection, of which nobody has taken anything.
   *
   * @param failures what its ends become
   * @param receiveCredit bytes that are read ahead for one demand, above zero
   * @param calls bounds those who read or write without a stage
   */
  public SocketHandle(
      TcpConnection connection, StreamFailures failures, long receiveCredit, StreamCalls calls) {
    this.connection = connection;
    this.failures = failures;
    this.closing = new SocketClosing(connection.closed(), connection::close);
    this.stream =
        new StreamHandle(
            connection.port(),
            NO_CODES,
            0,
            new Control(),
            receiveCredit,
            calls,
            // Nothing outlives a socket: there is no session whose end has to reach it.
            new Undelivered(connection.port(), new UnreadStreams(0, calls.level())));
    connection.port().observe(new Watch());
    connection.onReadOver(this::readOver);
  }

  /** Ends halves from outside of their stages. */
  private final class Control implements StreamControl {
    @Override
    public void reset(long code) {
      connection.port().reset(code);
    }

    @Override
    public void priority(dev.ahti.engine.schedule.SendPriority priority) {
      // A socket has nothing beside it.
    }

    @Override
    public void stopSending(long code) {
      connection.port().stopSending(code);
    }
  }

  /** The connection itself. */
  public TcpConnection connection() {
    return connection;
  }

  /** Its halves, for readers and writers. */
  public StreamHandle stream() {
    return stream;
  }

  /** What its ends become. */
  public StreamFailures failures() {
    return failures;
  }

  /** Takes what is sent, and tells how that ended. */
  public Sink<ByteString, CompletableFuture<Done>> sink() {
    return Sink.fromGraph(new SendStage(stream, failures))
        .mapMaterializedValue(done -> written(done.toCompletableFuture()));
  }

  /**
   * Has what writes settle the writable half.
   *
   * @param done the stage's own future, or a writer's: completes when the half was closed, fails
   *     with what it was errored with
   */
  public CompletableFuture<Done> written(CompletableFuture<Done> done) {
    done.whenComplete(
        (end, failure) -> {
          if (!(failure instanceof AlreadyMaterializedException)) {
            ended(Half.WRITABLE, failure);
          }
        });
    return done;
  }

  private void readOver(Inbound end) {
    if (end instanceof Inbound.Lost lost) {
      ended(Half.READABLE, failures.lost(lost.why()));
      if (!stream.isReadClaimed()) {
        // Nobody has asked for what came, and what is not the whole of anything is not kept.
        connection.port().stopSending(0);
      }
    } else {
      ended(Half.READABLE, null);
    }
  }

  /** Settled once: when both halves have ended and the operating system has closed the socket. */
  public CompletableFuture<Done> closed() {
    return closing.closed();
  }

  private void ended(Half half, @Nullable Throwable failure) {
    closing.ended(half, failure);
  }

  /**
   * Cancels the readable half and aborts the writable one, unless somebody has one of them.
   *
   * @return whether nobody had
   */
  public boolean close() {
    boolean tookRead = stream.claimRead();
    if (!tookRead && !closing.isOver(Half.READABLE)) {
      return false;
    }
    if (!stream.claimWrite() && !closing.isOver(Half.WRITABLE)) {
      if (tookRead) {
        stream.releaseRead(stream.undelivered().take());
      }
      return false;
    }
    // In this order: the one that ends last closes the socket.
    connection.port().stopSending(0);
    ended(Half.READABLE, null);
    connection.port().reset(0);
    ended(Half.WRITABLE, null);
    return true;
  }

  @Override
  public String toString() {
    return "socket to " + connection.remote();
  }
}
