package dev.ahti.transport.netty.http2;

import dev.ahti.engine.dialect.WebTransportInit;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.mux.MuxSetup;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.CapsuleDecoder;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.InboundHalf;
import dev.ahti.transport.netty.loop.NettyLoop;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The CONNECT stream of a session over HTTP/2 as the engine knows it from HTTP/3: capsules of the
 * session itself both ways, and no others. Nothing of its body is read before the session is
 * {@linkplain #attach attached} and, on a server, answered: nothing is handled that was not
 * accepted.
 */
final class ConnectPort implements StreamPort {
  private final Http2Context context;
  private final Http2BodyPort body;
  private final InboundHalf control;

  // Loop only.
  private Map<Long, Long> settingsAtRequest = Map.of();
  private StreamLimits begin = StreamLimits.NONE;
  private @Nullable Http2Session session;
  private @Nullable Runnable whenAccepted;
  private boolean accepted;
  private final CapsuleDecoder sent = new CapsuleDecoder(CapsuleDecoder.Limits.DEFAULT);

  /** The port of the stream of a request. */
  ConnectPort(Http2Context context, Http2BodyPort body) {
    this.context = context;
    this.body = body;
    this.control = new InboundHalf(context.gauges(), 0);
    body.carriesStreams();
    control.carriesStreams();
  }

  // Loop only.

  /** The server's settings when its client asked: what it says later is not for this session. */
  void asked(Map<Long, Long> settings) {
    settingsAtRequest = settings;
  }

  /** What {@link #asked} was told; nothing on a server. */
  Map<Long, Long> settingsAtRequest() {
    return settingsAtRequest;
  }

  /**
   * The peer's request or answer came, with what streams may begin with.
   *
   * @return whether that could be read
   */
  boolean begins(Fields fields) {
    Optional<StreamLimits> limits = WebTransportInit.read(fields);
    begin = limits.orElse(StreamLimits.NONE);
    if (session != null) {
      session.peerBegins(begin);
    }
    return limits.isPresent();
  }

  /** What the peer's header said. */
  StreamLimits begin() {
    return begin;
  }

  /** The session's streams go to the engine from now on, once it {@link Http2Session#begin}s. */
  Http2Session attach(
      MuxSetup setup,
      Consumer<TransportEvent> events,
      ActorRef<TransportCommand.IncomingStream> streams) {
    Http2Session attached = new Http2Session(context, body, control, setup, events, streams);
    session = attached;
    return attached;
  }

  /** On a server: what is to happen once the answer that accepts has gone out. */
  void whenAccepted(Runnable task) {
    if (accepted) {
      task.run();
    } else {
      whenAccepted = task;
    }
  }

  /** The answer that accepts has gone out. */
  void accepted() {
    accepted = true;
    Runnable task = whenAccepted;
    whenAccepted = null;
    if (task != null) {
      task.run();
    }
  }

  /** The stream is gone: so is the session, also one that had not begun. */
  void lost(String why) {
    whenAccepted = null;
    if (session != null) {
      session.lost(why);
    }
  }

  /** The session, once it is attached. */
  @Nullable Http2Session session() {
    return session;
  }

  // The engine.

  @Override
  public long id() {
    return body.id();
  }

  @Override
  public StreamKind kind() {
    return StreamKind.BIDIRECTIONAL;
  }

  @Override
  public boolean local() {
    return body.local();
  }

  @Override
  public NettyLoop loop() {
    return body.loop();
  }

  @Override
  public void flow(SessionFlow flow) {
    body.flow(flow);
  }

  @Override
  public void observe(PortObserver observer) {
    body.observe(observer);
  }

  @Override
  public PortStats stats() {
    return body.stats();
  }

  @Override
  public void onReadable(Runnable wake) {
    control.onReadable(wake);
  }

  @Override
  public void request(long bytes) {
    control.addCredit(bytes);
  }

  @Override
  public @Nullable Inbound poll() {
    return control.poll();
  }

  @Override
  public @Nullable Inbound peek() {
    return control.peek();
  }

  @Override
  public @Nullable Inbound readEnd() {
    return control.end();
  }

  @Override
  public boolean finished() {
    return control.finished();
  }

  @Override
  public void stopSending(long code) {
    loop()
        .run(
            () -> {
              control.discard(new Inbound.Stopped(code));
              body.stopSending(code);
            });
  }

  @Override
  public void onWritable(Runnable wake) {
    // A session's own capsules are few, and always taken.
  }

  @Override
  public boolean offer(ByteString bytes) {
    loop()
        .run(
            () -> {
              for (Capsule capsule : sent.feed(bytes).capsules()) {
                if (session != null) {
                  session.send(capsule);
                }
              }
            });
    return true;
  }

  @Override
  public void offerWhole(ByteString bytes, Consumer<Boolean> answer) {
    offer(bytes);
    loop().run(() -> answer.accept(true));
  }

  @Override
  public void commit() {
    // A session's own capsules go at once.
  }

  @Override
  public void finish() {
    loop()
        .run(
            () -> {
              if (session != null) {
                session.finish();
              } else {
                body.finish();
              }
            });
  }

  @Override
  public void reset(long code) {
    loop()
        .run(
            () -> {
              if (session != null) {
                session.cut();
              }
              body.reset(code);
            });
  }

  @Override
  public @Nullable WriteEnd ended() {
    return body.ended();
  }

  @Override
  public void whenSent(Runnable task) {
    body.whenSent(task);
  }

  @Override
  public void whenEnded(Runnable task) {
    body.whenEnded(task);
  }

  @Override
  public void priority(SendPriority priority) {
    body.priority(priority);
  }

  @Override
  public long queued() {
    return body.queued();
  }

  @Override
  public String toString() {
    return "CONNECT stream " + id();
  }
}
