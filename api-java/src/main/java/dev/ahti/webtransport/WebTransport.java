package dev.ahti.webtransport;

import dev.ahti.webtransport.impl.Dialling;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A WebTransport session, a client's or a server's.
 *
 * <p>A client gets one from {@link #connect}, in the state <i>connecting</i>; {@link #ready()} says
 * when it is established. A server's handler gets one that is established. What is asked while
 * connecting waits for {@code ready}. What is answered with a plain value is empty or a default
 * until then, but for {@link #info()} and {@link #materializer()}, which throw an {@link
 * IllegalStateException}.
 *
 * <p><b>Unreferenced.</b> A client's session that nobody references any more is closed with code 0
 * once the garbage collector has noticed (section 6.8), unless somebody waits for one of its
 * promises, and not before what waits to be sent was handed to the transport. Its streams reference
 * it, and so does every source, sink or flow of it that runs. A server's sessions are kept by the
 * server; {@link dev.ahti.webtransport.server.WebTransportServer#withUnreferencedSessionsClosed}
 * lets them go.
 *
 * <p><b>Threads.</b> Every method may be called from any thread. The stages returned here complete
 * on the connection's event loop, and handlers of a server run there: code chained to them with
 * {@code thenApply} and the like must not block; use the {@code …Async} forms to move on. What
 * needs no connection completes elsewhere: a failure to connect on a thread of the actor system,
 * what can be answered at once (a stage that is complete already, a session closed while
 * connecting, too many streams asked for) on the caller's own.
 *
 * <p><b>Bounds.</b> Nothing is read ahead of demand: a stream that nobody materializes holds no
 * more than the transport's window, and incoming streams that nobody takes are refused beyond
 * {@code ahti.session.incoming-streams-capacity}. While connecting at most {@code
 * ahti.session.connecting-calls} calls wait, readers, writables and running sources among them; one
 * more fails with a {@link WebTransportQuotaExceededException}, or throws it where it gives an
 * object.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport">W3C WebTransport, section 6</a>
 */
@DoNotInherit
public interface WebTransport {

  /**
   * Connects with default options: see {@link #connect(ClassicActorSystemProvider, String,
   * WebTransportOptions)}.
   */
  static WebTransport connect(ClassicActorSystemProvider system, String url) {
    return connect(system, url, WebTransportOptions.create());
  }

  /**
   * Connects to a WebTransport server.
   *
   * @param system runs the session; when it terminates, the session ends
   * @param url an absolute {@code https} URL without a fragment
   * @return the session, connecting; a failure to connect fails {@link #ready()} and {@link
   *     #closed()} with a {@link WebTransportError}, a port that other protocols are known to use
   *     (Fetch's <i>bad ports</i>) among them
   * @throws WebTransportSyntaxException when the URL is not one of those (the W3C text's {@code
   *     SyntaxError})
   * @throws WebTransportNotSupportedException when the options allow pooling and have certificate
   *     hashes
   */
  static WebTransport connect(
      ClassicActorSystemProvider system, String url, WebTransportOptions options) {
    return Dialling.connect(system, url, options);
  }

  /**
   * Whether there are sessions over reliable transport alone, that is over TCP. There are: over
   * HTTP/2, for a server that QUIC cannot reach.
   */
  static boolean supportsReliableOnly() {
    return true;
  }

  /** Where the session is in its life. */
  WebTransportState state();

  /** Completes when the session is established; fails when it cannot be. */
  CompletionStage<Done> ready();

  /**
   * Completes when the session was closed in order, by either side, with that side's code and
   * reason; a peer that just ends its side counts as code 0 and an empty reason. Fails with a
   * {@link WebTransportError} on an abrupt end: connection lost, reset, refused, the end of an
   * {@linkplain #ownedBy owner}. The first end counts, and what comes behind it changes nothing.
   */
  CompletionStage<WebTransportCloseInfo> closed();

  /**
   * Completes when the peer asks to come to an end; the session goes on and streams may still be
   * opened. As in the W3C text it never fails: of a session that ends before, it stays as it is,
   * and {@link #closed()} tells of the end.
   */
  CompletionStage<Done> draining();

  /** Closes with code 0 and no reason. */
  default void close() {
    close(WebTransportCloseInfo.NONE);
  }

  /**
   * Closes the session: its streams are reset and fail here with a {@link
   * WebTransportAbortException}, datagrams stop. Does nothing when it has ended. While connecting
   * it gives up and {@link #ready()} fails.
   *
   * @param info the peer gets its reason cut at 1024 bytes of UTF-8 on a character edge; {@link
   *     #closed()} gives it whole
   */
  void close(WebTransportCloseInfo info);

  /**
   * Ends the session when an actor stops, as a page's sessions end with the page (section 6.7):
   * here it has failed then, with a {@link WebTransportError}, and the peer sees code 0. Of several
   * owners the first to stop ends it. Every session ends with its actor system, without being told.
   */
  void ownedBy(ActorRef<?> owner);

  /** Tells the peer that this side wants to come to an end; changes nothing else. */
  void drain();

  /** Opens a stream that both sides write, with {@link WebTransportSendStreamOptions#create()}. */
  default CompletionStage<WebTransportBidirectionalStream> createBidirectionalStream() {
    return createBidirectionalStream(WebTransportSendStreamOptions.create());
  }

  /**
   * Opens a stream that both sides write. The peer hears of it when something is written.
   *
   * @return the stream. Fails with a {@link WebTransportTypeException} when the options have a send
   *     group of another session; with a {@link WebTransportInvalidStateException} when the session
   *     is over or ends before, whose cause is the {@link WebTransportError} it ended with, if it
   *     did; and with a {@link WebTransportQuotaExceededException} when the peer's limit, QUIC's or
   *     the session's, allows no further stream now and the options do not wait, or {@code
   *     ahti.session.open-waiters-capacity} calls for a stream of the kind wait already
   */
  CompletionStage<WebTransportBidirectionalStream> createBidirectionalStream(
      WebTransportSendStreamOptions options);

  /** Opens a stream that only this side writes; else as {@link #createBidirectionalStream()}. */
  default CompletionStage<WebTransportSendStream> createUnidirectionalStream() {
    return createUnidirectionalStream(WebTransportSendStreamOptions.create());
  }

  /**
   * Opens a stream that only this side writes; else as {@link
   * #createBidirectionalStream(WebTransportSendStreamOptions)}.
   */
  CompletionStage<WebTransportSendStream> createUnidirectionalStream(
      WebTransportSendStreamOptions options);

  /**
   * Makes a group for streams and datagrams. Nothing has to be closed: it is gone when nobody
   * references it.
   *
   * @throws WebTransportInvalidStateException when the session is over
   * @throws WebTransportQuotaExceededException when {@code ahti.session.send-groups} are in use,
   *     also while the session connects
   */
  WebTransportSendGroup createSendGroup();

  /**
   * The bidirectional streams that the peer opens, in order of arrival. Can be materialized once; a
   * second time, and while a reader takes them, fails with an {@link IllegalStateException}.
   * Completes when the session closes, fails with a {@link WebTransportError} when it ends
   * abruptly; cancelled, further streams are refused.
   */
  Source<WebTransportBidirectionalStream, NotUsed> incomingBidirectionalStreams();

  /** A reader for call after call, in place of {@link #incomingBidirectionalStreams()}. */
  WebTransportStreamsReader<WebTransportBidirectionalStream> incomingBidirectionalStreamsReader();

  /** The unidirectional streams that the peer opens; as {@link #incomingBidirectionalStreams()}. */
  Source<WebTransportReceiveStream, NotUsed> incomingUnidirectionalStreams();

  /** A reader for call after call, in place of {@link #incomingUnidirectionalStreams()}. */
  WebTransportStreamsReader<WebTransportReceiveStream> incomingUnidirectionalStreamsReader();

  /** The session's datagrams, both ways. */
  WebTransportDatagramDuplexStream datagrams();

  /**
   * What both sides agreed to speak in the session: one of the client's {@link
   * WebTransportOptions#withProtocols}. Empty when nothing was agreed on, and until it is known.
   */
  String protocol();

  /**
   * The headers of the server's answer, without those of the protocol itself, {@code wt-protocol}
   * among them; a server sees those that it answered with. Absent until the session is established.
   */
  Optional<WebTransportHeaders> responseHeaders();

  /**
   * Whether the session's connection has unreliable transport; {@link
   * WebTransportReliabilityMode#PENDING} until it is established.
   */
  WebTransportReliabilityMode reliability();

  /**
   * What the congestion control is good at: {@link WebTransportOptions#withCongestionControl}, or
   * the server's counterpart, where the wish is met, else {@link
   * WebTransportCongestionControl#DEFAULT}. Until the session is established it is the wish. {@link
   * WebTransportInfo#congestionControl()} names the algorithm.
   */
  WebTransportCongestionControl congestionControl();

  /**
   * Statistics of the session's connection, once it is established. A session that is closed gives
   * those of its end; fails with a {@link WebTransportInvalidStateException} for one that has
   * failed, and with a {@link WebTransportError} when {@code ahti.session.statistics-calls} wait
   * already.
   */
  CompletionStage<WebTransportConnectionStats> getStats();

  /**
   * Statistics at once and then at an interval, where there is demand: what is not asked for is not
   * collected. Can be materialized any number of times, and holds the session only while an element
   * is asked for. The last element, as the session closes, is that of its end; fails with a session
   * that fails, and as {@link #getStats()} does.
   *
   * @throws WebTransportRangeException when the interval is not above zero
   */
  Source<WebTransportConnectionStats, NotUsed> statsEvery(Duration interval);

  /** How many unidirectional streams the peer is expected to have open at a time. */
  OptionalInt anticipatedConcurrentIncomingUnidirectionalStreams();

  /**
   * Says how many unidirectional streams the peer is expected to have open at a time. The session's
   * stream limit, and the room for streams that nobody has taken, grow to that at once, where the
   * draft has such a limit (WT_MAX_STREAMS); they never become smaller than configured ({@code
   * ahti.session.flow}, at least 100). QUIC's own limit is fixed when the connection is made: a
   * client whose session has its connection for itself raises that one, too, with {@link
   * WebTransportOptions#withAnticipatedConcurrentIncomingUnidirectionalStreams}. No guarantee: what
   * a session may use is the least of both.
   *
   * @param streams 0 to 65535; {@code null} for as many as configured
   * @throws WebTransportTypeException for any other
   */
  void setAnticipatedConcurrentIncomingUnidirectionalStreams(@Nullable Integer streams);

  /** How many bidirectional streams the peer is expected to have open at a time. */
  OptionalInt anticipatedConcurrentIncomingBidirectionalStreams();

  /**
   * As {@link #setAnticipatedConcurrentIncomingUnidirectionalStreams}, of bidirectional streams.
   */
  void setAnticipatedConcurrentIncomingBidirectionalStreams(@Nullable Integer streams);

  /**
   * Derives keying material from the TLS connection, for this session alone: both ends get the same
   * for the same arguments, nobody else can know it. Needs {@link
   * WebTransportOptions#withKeyingMaterialExport()} on this end, or the server's counterpart.
   *
   * @param label at most 255 bytes
   * @param context at most 255 bytes; empty for none
   * @param length 1 to 8160 bytes
   * @return the material, once the session is established; fails with a {@link
   *     WebTransportRangeException} when an argument is out of its bounds, with a {@link
   *     WebTransportInvalidStateException} when the session is over before, and with a {@link
   *     WebTransportNotSupportedException} when the connection did not ask for it
   * @see <a
   *     href="https://datatracker.ietf.org/doc/html/draft-ietf-webtrans-http3#section-4.8">draft,
   *     section 4.8</a>
   */
  CompletionStage<ByteString> exportKeyingMaterial(
      ByteString label, ByteString context, int length);

  /**
   * What is known of the established session.
   *
   * @throws IllegalStateException while it is connecting, or when that failed
   */
  WebTransportInfo info();

  /**
   * A materializer whose stages run on the connection's event loop: the fastest place for streams
   * of this session. Code that runs there must not block. Any other materializer may be used as
   * well; then elements cross threads.
   *
   * @throws IllegalStateException while it is connecting, or when that failed
   */
  Materializer materializer();
}
