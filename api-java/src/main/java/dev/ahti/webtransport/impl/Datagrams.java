package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.stage.DatagramSourceStage;
import dev.ahti.webtransport.ReadableStreamType;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.WebTransportDatagramPolicy;
import dev.ahti.webtransport.WebTransportDatagramStats;
import dev.ahti.webtransport.WebTransportDatagramsReader;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportSendOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The datagrams of a session that is there, or that is still being dialled. */
final class Datagrams implements WebTransportDatagramDuplexStream {
  /**
   * Bytes that go into one datagram over any path of QUIC: 1200 of UDP (RFC 9000, section 14) have
   * room for them, whatever the connection's ids and the frame take. The text's slot has to have
   * some integer as long as nobody knows the path.
   */
  private static final int FITS_EVERY_PATH = 1024;

  private final ApiSession session;
  private final ReadableStreamType type;
  private final int mostReads;
  private final DatagramBounds bounds;

  /** The session, once it has the bounds. */
  private final CompletableFuture<SessionHandle> attached;

  Datagrams(ApiSession session, ReadableStreamType type, EngineSettings.Datagrams settings) {
    this.session = session;
    this.type = type;
    this.mostReads = settings.bufferedLimit();
    DatagramBounds made = new DatagramBounds(settings);
    this.bounds = made;
    // Must not hold the session, which is free to become unreachable.
    this.attached =
        session
            .status()
            .established()
            .thenApply(
                there -> {
                  made.attach(there.datagrams());
                  return there;
                });
  }

  @Override
  public Source<ByteString, NotUsed> readable() {
    Source<ByteString, NotUsed> datagrams =
        session.later(
            handle ->
                Source.fromGraph(new DatagramSourceStage(handle.datagramReader(), session::ended)));
    return type == ReadableStreamType.BYTES
        ? datagrams.filter(datagram -> !datagram.isEmpty())
        : datagrams;
  }

  @Override
  public WebTransportDatagramsReader getReader() {
    return new DatagramsReader(session, there(), mostReads, type == ReadableStreamType.BYTES);
  }

  @Override
  public boolean readableLocked() {
    SessionHandle there = session.status().sessionOrNull();
    return there != null && there.datagramReader().isHeld();
  }

  @Override
  public CompletionStage<Done> cancelReadable() {
    WebTransportDatagramsReader reader;
    try {
      reader = getReader();
    } catch (WebTransportQuotaExceededException tooMany) {
      return CompletableFuture.failedFuture(tooMany);
    }
    CompletionStage<Done> cancelled = reader.cancel();
    // It does not hold the place of another one, should it be refused.
    return cancelled.toCompletableFuture().whenComplete((done, failure) -> reader.releaseLock());
  }

  @Override
  public WebTransportDatagramsWritable createWritable(WebTransportSendOptions options) {
    SendGroup group = StreamOpening.own(session, options.sendGroup().orElse(null));
    if (session.status().isOver()) {
      throw session.status().invalid();
    }
    return new DatagramsWritable(session, newWriter(), group, options.sendOrder());
  }

  /**
   * The session with the bounds, for one more call.
   *
   * @throws WebTransportQuotaExceededException when too many wait for a session that is connecting
   */
  private CompletableFuture<SessionHandle> there() {
    // One future, so that who cancels it gives the place back.
    CompletableFuture<SessionHandle> call = session.status().call();
    // Must not hold the session, which is free to become unreachable.
    CompletableFuture<SessionHandle> bounded = attached;
    CompletableFuture<SessionHandle> with = call.thenCompose(there -> bounded);
    with.whenComplete((there, failure) -> call.cancel(false));
    return with;
  }

  /** One more way to send, from now on or from when the session is there. */
  private DatagramWriter newWriter() {
    SessionHandle there = session.status().sessionOrNull();
    return there == null
        ? new LaterDatagramWriter(there(), bounds.early(session.ahti()))
        : there.newDatagramWriter();
  }

  @Override
  public int maxDatagramSize() {
    SessionHandle there = session.status().sessionOrNull();
    return there == null ? FITS_EVERY_PATH : there.datagrams().maxSize();
  }

  @Override
  public Optional<Duration> incomingMaxAge() {
    return bounds.age(true);
  }

  @Override
  public void setIncomingMaxAge(@Nullable Duration age) {
    bounds.age(true, age);
  }

  @Override
  public Optional<Duration> outgoingMaxAge() {
    return bounds.age(false);
  }

  @Override
  public void setOutgoingMaxAge(@Nullable Duration age) {
    bounds.age(false, age);
  }

  @Override
  public int incomingMaxBufferedDatagrams() {
    return bounds.most(true);
  }

  @Override
  public void setIncomingMaxBufferedDatagrams(int most) {
    bounds.most(true, most);
  }

  @Override
  public int outgoingMaxBufferedDatagrams() {
    return bounds.most(false);
  }

  @Override
  public void setOutgoingMaxBufferedDatagrams(int most) {
    bounds.most(false, most);
  }

  @Override
  public WebTransportDatagramPolicy incomingPolicy() {
    return bounds.policy();
  }

  @Override
  public void setIncomingPolicy(WebTransportDatagramPolicy policy) {
    bounds.policy(Objects.requireNonNull(policy, "policy"));
  }

  @Override
  public CompletionStage<WebTransportDatagramStats> getStats() {
    Function<SessionHandle, WebTransportDatagramStats> counts = counts();
    return session.status().ask(there -> CompletableFuture.completedFuture(counts.apply(there)));
  }

  /** Those of a session, with what became of datagrams before it was there. */
  Function<SessionHandle, WebTransportDatagramStats> counts() {
    // Must not hold the session, which is free to become unreachable while it connects.
    DatagramBounds early = bounds;
    return there -> Statistics.of(there.datagrams().stats(), early.earlyOrNull());
  }
}
