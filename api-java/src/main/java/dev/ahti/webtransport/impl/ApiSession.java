package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.KeyingMaterial;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.IncomingStreamsStage;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.webtransport.ReadableStreamType;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportCongestionControl;
import dev.ahti.webtransport.WebTransportConnectionStats;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.WebTransportDatagramStats;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.WebTransportInfo;
import dev.ahti.webtransport.WebTransportNotSupportedException;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportRangeException;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportReliabilityMode;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.WebTransportState;
import dev.ahti.webtransport.WebTransportStreamsReader;
import dev.ahti.webtransport.WebTransportTypeException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.annotation.InternalApi;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The public face of an engine session that is there, or that is still being dialled. */
@InternalApi
public final class ApiSession implements WebTransport {
  private static final int MOST_EXPORTER_BYTES = 255;

  private final Ahti ahti;
  private final ApiState state;
  private final WebTransportCongestionControl wish;
  private final Anticipated anticipated;
  private final Datagrams datagrams;
  private final EarlyGroups earlyGroups;
  private final boolean mayBeShared;

  /**
   * A server's, or any other that is there.
   *
   * @param wish what its congestion control is to be good at
   * @param readableType what its datagrams are read as
   * @param endsUnreferenced whether it is closed when nobody holds it
   * @param settings where the application says nothing, and how many groups there may be
   */
  public ApiSession(
      Ahti ahti,
      SessionHandle session,
      WebTransportCongestionControl wish,
      ReadableStreamType readableType,
      boolean endsUnreferenced,
      EngineSettings.Session settings) {
    this.ahti = ahti;
    this.state = state(ahti, CompletableFuture.completedFuture(session), false, settings);
    this.wish = wish;
    this.datagrams = new Datagrams(this, readableType, settings.datagrams());
    this.anticipated = new Anticipated(state, StreamCounts.UNKNOWN);
    this.earlyGroups = earlyGroups(settings, state);
    this.mayBeShared = false;
    if (endsUnreferenced) {
      Unreferenced.tell(this, state);
    }
  }

  /**
   * A client's: what the future fails with is told by {@code ready} and {@code closed}.
   *
   * @param settings where the application says nothing, and how many groups there may be
   */
  public ApiSession(
      Ahti ahti,
      CompletableFuture<SessionHandle> dialled,
      WebTransportOptions options,
      EngineSettings.Session settings) {
    this.ahti = ahti;
    this.state = state(ahti, dialled, options.hidesFailures(), settings);
    this.wish = options.congestionControl();
    this.datagrams = new Datagrams(this, options.datagramsReadableType(), settings.datagrams());
    this.anticipated = new Anticipated(state, Anticipated.of(options));
    this.earlyGroups = earlyGroups(settings, state);
    this.mayBeShared = options.allowsPooling();
    Unreferenced.tell(this, state);
  }

  private static ApiState state(
      Ahti ahti,
      CompletableFuture<SessionHandle> dialled,
      boolean hides,
      EngineSettings.Session settings) {
    return new ApiState(
        dialled, hides, settings.connectingCalls(), ahti.gauges().level(Gauges.CALLS_CONNECTING));
  }

  /** Told by the state, which must not hold the session. */
  private static EarlyGroups earlyGroups(EngineSettings.Session settings, ApiState state) {
    EarlyGroups groups = new EarlyGroups(settings.sendGroups());
    state.established().thenAccept(groups::established);
    return groups;
  }

  @Override
  public WebTransportState state() {
    return state.now();
  }

  @Override
  public CompletionStage<Done> ready() {
    return state.ready();
  }

  @Override
  public CompletionStage<WebTransportCloseInfo> closed() {
    return state.closed();
  }

  @Override
  public CompletionStage<Done> draining() {
    return state.draining();
  }

  @Override
  public void close(WebTransportCloseInfo info) {
    state.close(info);
  }

  @Override
  public void ownedBy(ActorRef<?> owner) {
    state.ownedBy(ahti, owner);
  }

  @Override
  public void drain() {
    state.drain();
  }

  @Override
  public CompletionStage<WebTransportBidirectionalStream> createBidirectionalStream(
      WebTransportSendStreamOptions options) {
    return open(StreamKind.BIDIRECTIONAL, options, BidirectionalStream::new);
  }

  @Override
  public CompletionStage<WebTransportSendStream> createUnidirectionalStream(
      WebTransportSendStreamOptions options) {
    return open(StreamKind.UNIDIRECTIONAL, options, stream -> stream);
  }

  @Override
  public WebTransportSendGroup createSendGroup() {
    if (state.isOver()) {
      throw state.invalid();
    }
    return new SendGroup(this, earlyGroups);
  }

  @Override
  public Source<WebTransportBidirectionalStream, NotUsed> incomingBidirectionalStreams() {
    return incoming(
        SessionHandle::incomingBidirectional, stream -> new BidirectionalStream(this, stream));
  }

  @Override
  public Source<WebTransportReceiveStream, NotUsed> incomingUnidirectionalStreams() {
    return incoming(
        SessionHandle::incomingUnidirectional, stream -> new ReceiveStream(this, stream));
  }

  @Override
  public WebTransportStreamsReader<WebTransportBidirectionalStream>
      incomingBidirectionalStreamsReader() {
    return new StreamsReader<>(
        this, SessionHandle::incomingBidirectional, BidirectionalStream::new);
  }

  @Override
  public WebTransportStreamsReader<WebTransportReceiveStream>
      incomingUnidirectionalStreamsReader() {
    return new StreamsReader<>(this, SessionHandle::incomingUnidirectional, ReceiveStream::new);
  }

  @Override
  public WebTransportDatagramDuplexStream datagrams() {
    return datagrams;
  }

  @Override
  public String protocol() {
    return known().flatMap(SessionHandle::protocol).orElse("");
  }

  @Override
  public Optional<WebTransportHeaders> responseHeaders() {
    return known().map(session -> Infos.headers(session.response()));
  }

  @Override
  public WebTransportReliabilityMode reliability() {
    return known()
        .map(
            session ->
                session.supportsUnreliable()
                    ? WebTransportReliabilityMode.SUPPORTS_UNRELIABLE
                    : WebTransportReliabilityMode.RELIABLE_ONLY)
        .orElse(WebTransportReliabilityMode.PENDING);
  }

  @Override
  public WebTransportCongestionControl congestionControl() {
    return known()
        .map(session -> CongestionControls.met(wish, session.congestionControl()))
        .orElse(wish);
  }

  @Override
  public OptionalInt anticipatedConcurrentIncomingUnidirectionalStreams() {
    return anticipated.get(StreamKind.UNIDIRECTIONAL);
  }

  @Override
  public void setAnticipatedConcurrentIncomingUnidirectionalStreams(@Nullable Integer streams) {
    anticipated.set(StreamKind.UNIDIRECTIONAL, streams);
  }

  @Override
  public OptionalInt anticipatedConcurrentIncomingBidirectionalStreams() {
    return anticipated.get(StreamKind.BIDIRECTIONAL);
  }

  @Override
  public void setAnticipatedConcurrentIncomingBidirectionalStreams(@Nullable Integer streams) {
    anticipated.set(StreamKind.BIDIRECTIONAL, streams);
  }

  @Override
  public CompletableFuture<WebTransportConnectionStats> getStats() {
    return Statistics.of(state, mayBeShared, datagrams.counts());
  }

  @Override
  public Source<WebTransportConnectionStats, NotUsed> statsEvery(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new WebTransportRangeException("interval: " + interval + " (expected: above zero)");
    }
    // No lambda that holds this: the stage holds its session only while it is asked.
    ApiState of = state;
    boolean shared = mayBeShared;
    Function<SessionHandle, WebTransportDatagramStats> counts = datagrams.counts();
    return Source.fromGraph(
        new SnapshotsStage(
            of, interval, () -> Statistics.of(of, shared, counts), new WeakReference<>(this)));
  }

  @Override
  public WebTransportInfo info() {
    return Infos.of(require());
  }

  @Override
  public CompletionStage<ByteString> exportKeyingMaterial(
      ByteString label, ByteString context, int length) {
    Optional<String> fault = exporterFault(label, context, length);
    return fault.isPresent()
        ? CompletableFuture.failedFuture(new WebTransportRangeException(fault.get()))
        : state.ask(
            session ->
                session.exportsKeyingMaterial()
                    ? session.exportKeyingMaterial(label, context, length)
                    : CompletableFuture.failedFuture(
                        new WebTransportNotSupportedException(
                            "keying material was not asked for (withKeyingMaterialExport)")));
  }

  private static Optional<String> exporterFault(ByteString label, ByteString context, int length) {
    if (label.size() > MOST_EXPORTER_BYTES) {
      return Optional.of("label: " + label.size() + " bytes (expected: at most 255)");
    }
    if (context.size() > MOST_EXPORTER_BYTES) {
      return Optional.of("context: " + context.size() + " bytes (expected: at most 255)");
    }
    return length < 1 || length > KeyingMaterial.MAX_LENGTH
        ? Optional.of("length: " + length + " (expected: 1 to " + KeyingMaterial.MAX_LENGTH + ")")
        : Optional.empty();
  }

  @Override
  public Materializer materializer() {
    return require().loop().materializer();
  }

  /** What is known of how far it is, and how it ended. */
  ApiState status() {
    return state;
  }

  /** The engine's session, now. */
  SessionHandle require() {
    SessionHandle session = state.sessionOrNull();
    if (session == null) {
      throw new IllegalStateException("session: " + state.now() + " (expected: established)");
    }
    return session;
  }

  Ahti ahti() {
    return ahti;
  }

  /** What its datagrams end with; nothing after a clean close, which is told before they end. */
  @Nullable Throwable ended(String why) {
    return state.ended(why);
  }

  /** A source made of the session: at once when it is there, else once it is. */
  <T> Source<T, NotUsed> later(Function<SessionHandle, Source<T, NotUsed>> make) {
    SessionHandle session = state.sessionOrNull();
    Source<T, NotUsed> source =
        session != null
            ? make.apply(session)
            : Source.fromMaterializer((materializer, attributes) -> onceThere(make))
                .mapMaterializedValue(waiting -> NotUsed.getInstance());
    return source.addAttributes(Keeps.of(this));
  }

  /** Of one materialization, which waits as a call does. */
  private <T> Source<T, NotUsed> onceThere(Function<SessionHandle, Source<T, NotUsed>> make) {
    try {
      return Source.completionStageSource(state.call().thenApply(make))
          .mapMaterializedValue(waiting -> NotUsed.getInstance());
    } catch (WebTransportQuotaExceededException tooMany) {
      return Source.failed(tooMany);
    }
  }

  private Optional<SessionHandle> known() {
    return Optional.ofNullable(state.sessionOrNull());
  }

  private <T> CompletionStage<T> open(
      StreamKind kind, WebTransportSendStreamOptions options, Function<SendStream, T> wrap) {
    SendGroup group;
    try {
      // Before the state is looked at, as the text has it.
      group = StreamOpening.own(this, options.sendGroup().orElse(null));
    } catch (WebTransportTypeException another) {
      return CompletableFuture.failedFuture(another);
    }
    StreamExpiry expiry =
        options.startTimeout().map(limit -> new StreamExpiry(limit, ahti())).orElse(null);
    return new StreamOpening(this, kind, group, options, expiry).open().thenApply(wrap);
  }

  private <T> Source<T, NotUsed> incoming(
      Function<SessionHandle, IncomingStreams> queue, Function<StreamHandle, T> wrap) {
    return later(
        session ->
            Source.fromGraph(
                    new IncomingStreamsStage(queue.apply(session), state::ended, state::failure))
                .map(wrap::apply));
  }
}
