package dev.ahti.engine.testkit;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory. A transport actor drives it, or a test does with {@link
 * #events} and the methods beside it. Any thread; everything happens on the loop.
 */
public final class MemoryConnection implements TransportConnection {
  private final MemoryLink link;
  private final boolean client;
  private final MemorySettings settings;
  private final MemoryLink.End end;
  private final MemoryGauges gauges;

  // Loop only.
  private final MemoryStreams streams;
  private final MemorySessions sessions;
  private final ArrayDeque<Runnable> beforeDriver = new ArrayDeque<>();
  private @Nullable Consumer<TransportEvent> driver;
  private boolean closed;
  private boolean datagramsHeld;

  MemoryConnection(MemoryLink link, boolean client, MemorySettings settings, MemoryLink.End end) {
    this.link = link;
    this.client = client;
    this.settings = settings;
    this.end = end;
    this.gauges = MemoryGauges.of(end.gauges());
    this.streams = new MemoryStreams(this, client, settings);
    this.sessions = new MemorySessions(this);
  }

  // The SPI.

  @Override
  public MemoryLoop loop() {
    return end.loop();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return end.remote();
  }

  @Override
  public ConnectionFacts facts() {
    return new ConnectionFacts(
        List.of(),
        Optional.empty(),
        Optional.empty(),
        HttpVersion.HTTP_3,
        settings.supportsUnreliable(),
        true);
  }

  @Override
  public Behavior<TransportCommand> transport(ActorRef<TransportEvent> connection) {
    return MemoryTransportActor.create(this, connection);
  }

  @Override
  public void discard(long code, String reason) {
    close(code, reason);
  }

  // For tests without actors.

  /**
   * Takes the place of the transport actor: the events go to {@code driver}, on the loop. Nothing
   * arrives before this call or the actor's start, and nothing is lost.
   *
   * @throws IllegalStateException on the loop's log, when the connection is driven already
   */
  public void events(Consumer<TransportEvent> newDriver) {
    loop().run(() -> drive(newDriver));
  }

  /**
   * Opens a stream.
   *
   * @return the port, or an {@link IllegalStateException} when the connection is closed or the peer
   *     allows no more
   */
  public CompletableFuture<StreamPort> open(StreamKind kind, long sessionId) {
    CompletableFuture<StreamPort> opened = new CompletableFuture<>();
    loop()
        .run(
            () -> {
              MemoryStreamPort port = closed ? null : streams.open(kind, sessionId);
              if (port == null) {
                opened.completeExceptionally(
                    new IllegalStateException(
                        closed ? "the connection is closed" : "the peer allows no more " + kind));
              } else {
                opened.complete(port);
              }
            });
    return opened;
  }

  /** The datagrams of a session; its streams still come as events. */
  public CompletableFuture<DatagramPort> datagrams(long sessionId) {
    CompletableFuture<DatagramPort> port = new CompletableFuture<>();
    loop()
        .run(
            () ->
                port.complete(
                    sessions.attach(
                        sessionId,
                        stream ->
                            tell(
                                new TransportEvent.StreamArrived(
                                    sessionId, stream.kind(), stream.port())))));
    return port;
  }

  /** Closes the connection; both ends are told. */
  public void close(long code, String reason) {
    loop()
        .run(
            () -> {
              toPeer(peer -> peer.shut(code, reason, true));
              shut(code, reason, false);
            });
  }

  // Faults.

  /**
   * While {@code true}, this end opens no window and allows no further stream, however much is read
   * and closed; afterwards it makes up for it.
   */
  public void withholdCredit(boolean withhold) {
    loop().run(() -> streams.withhold(withhold));
  }

  /** This end opens the windows of one stream and of the connection further, for nothing. */
  public void grant(long streamId, long bytes) {
    loop().run(() -> toPeer(peer -> peer.creditArrived(streamId, bytes, bytes)));
  }

  /** This end allows further streams, for nothing. */
  public void grantStreams(StreamKind kind, int count) {
    loop().run(() -> toPeer(peer -> peer.streams.granted(kind, count)));
  }

  /** While {@code true}, this end sends no datagrams, and its ports fill up. */
  public void holdDatagrams(boolean hold) {
    loop()
        .run(
            () -> {
              datagramsHeld = hold;
              if (!hold) {
                sessions.pump();
              }
            });
  }

  /** How many streams and requests are open at this end. Exact on the loop only. */
  public int openStreams() {
    return streams.size();
  }

  // For the actor; loop only.

  void drive(Consumer<TransportEvent> newDriver) {
    if (driver != null) {
      throw new IllegalStateException("the connection is driven already (expected: once)");
    }
    driver = newDriver;
    newDriver.accept(new TransportEvent.PeerSettings(link.peerOf(this).end.settings()));
    Runnable next;
    while ((next = beforeDriver.poll()) != null) {
      next.run();
    }
  }

  TransportCommand.RequestStarted request(Fields fields) {
    if (closed) {
      return new TransportCommand.RequestStarted.Failed("the connection is closed");
    }
    MemoryStreamPort port = streams.openRequest(fields);
    return port == null
        ? new TransportCommand.RequestStarted.Failed("the peer allows no more requests now")
        : new TransportCommand.RequestStarted.Started(port.id(), port);
  }

  void respond(long id, Fields fields, ByteString body, boolean last) {
    MemoryStreamPort port = streams.get(id);
    if (port != null && !closed) {
      toPeer(peer -> peer.tell(new TransportEvent.ResponseReceived(id, fields)));
      if (!body.isEmpty()) {
        port.offer(body);
      }
      if (last) {
        port.finish();
      }
    }
  }

  void reject(long id, long code) {
    MemoryStreamPort port = streams.get(id);
    if (port != null) {
      port.reset(code);
      port.stopSending(code);
    }
  }

  DatagramPort attach(long sessionId, Consumer<TransportCommand.IncomingStream> incoming) {
    return sessions.attach(sessionId, incoming);
  }

  void detach(long sessionId) {
    sessions.detach(sessionId);
  }

  TransportCommand.OpenResult openFor(StreamKind kind, long sessionId) {
    if (closed) {
      return new TransportCommand.OpenResult.Failed(kind, "the connection is closed");
    }
    MemoryStreamPort port = streams.open(kind, sessionId);
    return port == null
        ? new TransportCommand.OpenResult.LimitReached(kind)
        : new TransportCommand.OpenResult.Opened(kind, port);
  }

  void goAway() {
    long next = streams.nextPeerRequest();
    toPeer(peer -> peer.tell(new TransportEvent.PeerGoAway(next)));
  }

  ConnectionStats stats() {
    return ConnectionStats.ofRtt(OptionalLong.of(2 * link.conditions().latency().toNanos()));
  }

  // For the ports; loop only, unless they say otherwise.

  /** Any thread. */
  MemorySettings settings() {
    return settings;
  }

  /** Any thread. */
  MemoryGauges gauges() {
    return gauges;
  }

  boolean isClosed() {
    return closed;
  }

  boolean holdsDatagrams() {
    return datagramsHeld;
  }

  long sendWindow() {
    return streams.sendWindow();
  }

  void blocked(MemoryStreamPort port) {
    streams.blocked(port);
  }

  void closed(MemoryStreamPort port) {
    streams.closed(port);
  }

  void readFromWire(long id, long ofStream, long ofConnection) {
    streams.readFromWire(id, ofStream, ofConnection);
  }

  void sendData(long id, ByteString bytes) {
    streams.sent(bytes.length());
    toPeer(peer -> peer.dataArrived(id, bytes));
  }

  void sendDatagram(long sessionId, ByteString payload) {
    MemoryConnection peer = link.peerOf(this);
    link.carryDatagram(
        peer, () -> peer.whenDriven(() -> peer.sessions.arrived(sessionId, payload)));
  }

  /** Does something at the other end, after everything before and after the latency. */
  void toPeer(Consumer<MemoryConnection> arrival) {
    if (!closed) {
      MemoryConnection peer = link.peerOf(this);
      link.carry(peer, () -> peer.whenDriven(() -> arrival.accept(peer)));
    }
  }

  /** Tells an event, at the latest when somebody listens. */
  void tell(TransportEvent event) {
    Consumer<TransportEvent> told = driver;
    if (told == null) {
      beforeDriver.add(() -> tell(event));
    } else {
      told.accept(event);
    }
  }

  // What arrives from the peer; loop only.

  void streamArrived(long id, StreamKind kind, long sessionId) {
    MemoryStreamPort port = streams.arrived(id, kind, true);
    if (port != null && !sessions.take(sessionId, kind, port)) {
      tell(new TransportEvent.StreamArrived(sessionId, kind, port));
    }
  }

  void requestArrived(long id, Fields fields) {
    MemoryStreamPort port = streams.arrived(id, StreamKind.BIDIRECTIONAL, false);
    if (port != null) {
      tell(new TransportEvent.RequestReceived(id, fields, port));
    }
  }

  void dataArrived(long id, ByteString bytes) {
    MemoryStreamPort port = streams.get(id);
    if (port == null) {
      // The stream is over here; its bytes still count against the connection's window.
      readFromWire(id, 0, bytes.length());
    } else {
      port.dataArrived(bytes);
    }
  }

  void endArrived(long id, Inbound how) {
    MemoryStreamPort port = streams.get(id);
    if (port != null) {
      port.endArrived(how);
    }
  }

  void stopArrived(long id, long code) {
    MemoryStreamPort port = streams.get(id);
    if (port != null) {
      port.stopArrived(code);
    }
  }

  void creditArrived(long id, long ofStream, long ofConnection) {
    streams.creditArrived(id, ofStream, ofConnection);
  }

  void streamsGranted(StreamKind kind, int count) {
    streams.granted(kind, count);
  }

  /** The connection is over at this end. */
  void shut(long code, String reason, boolean byPeer) {
    if (!closed) {
      closed = true;
      String why = reason.isEmpty() ? "the connection was closed" : reason;
      streams.lost(why);
      sessions.close(why);
      link.ended();
      tell(new TransportEvent.ConnectionClosed(code, reason, byPeer));
    }
  }

  private void whenDriven(Runnable task) {
    if (closed) {
      return;
    }
    if (driver == null) {
      beforeDriver.add(() -> whenDriven(task));
    } else {
      task.run();
    }
  }

  @Override
  public String toString() {
    return (client ? "client" : "server") + " end, peer " + remoteAddress();
  }
}
