package dev.ahti.transport.netty.http2;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.SessionLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.mux.MuxEffect;
import dev.ahti.engine.mux.MuxOutput;
import dev.ahti.engine.mux.MuxSetup;
import dev.ahti.engine.mux.StreamMux;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.InboundHalf;
import dev.ahti.transport.netty.loop.LoopWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * A session over HTTP/2: joins the body of its CONNECT request with the {@link StreamMux} of its
 * streams and datagrams. What is the session's own, WT_CLOSE_SESSION and WT_DRAIN_SESSION, goes on
 * to the engine as capsules. Loop only.
 *
 * <p>Until it {@linkplain #begin begins} nothing is read and nothing written: on a server not
 * before its answer, behind which all else has to come.
 *
 * <p>The body is read as it comes, whatever the engine has asked for: the windows of streams and
 * session bound what waits of it, and capsules of control must never wait behind data.
 */
final class Http2Session implements LoopWriter {
  /** Bytes of a stream in one capsule: they fit a DATA frame that every peer takes. */
  static final int CHUNK = 16 * 1024 - 32;

  private static final long NONE = -1;

  /**
   * Bytes of the body that are asked for at a time; what was read is asked for again at once. No
   * key: it bounds nothing, as what is read is handed on, and the windows bound that.
   */
  private static final int READ_AHEAD = 256 * 1024;

  private final Http2Context context;
  private final Http2BodyPort body;
  private final InboundHalf control;
  private final Consumer<TransportEvent> events;
  private final ActorRef<TransportCommand.IncomingStream> streams;
  private final StreamMux mux;
  private final Map<Long, MuxStreamPort> ports = new HashMap<>();
  private final MuxDatagramPort datagrams;
  private final ShownFlow flow;

  /** Those that had nothing to send before the last write, and have something since. */
  private final ArrayDeque<MuxStreamPort> newlyWaiting = new ArrayDeque<>(0);

  private long budgetSince;
  private long skippedCounted;
  private long controlCounted;
  private long justOpened = NONE;
  private boolean begun;
  private boolean drainTold;
  private boolean writeRequested;
  private boolean closeDue;
  private boolean finishing;

  /** Whether nothing is told to the session any more. */
  private boolean detached;

  /** Whether nothing is written any more but the end. */
  private boolean over;

  /**
   * Does nothing yet.
   *
   * @param control takes the capsules of the session itself
   * @param events tells the engine
   * @param streams is told the streams that the peer opens
   */
  Http2Session(
      Http2Context context,
      Http2BodyPort body,
      InboundHalf control,
      MuxSetup setup,
      Consumer<TransportEvent> events,
      ActorRef<TransportCommand.IncomingStream> streams) {
    this.context = context;
    this.body = body;
    this.control = control;
    this.events = events;
    this.streams = streams;
    this.mux = new StreamMux(setup);
    this.flow = new ShownFlow(context.flow(), mux);
    this.datagrams = new MuxDatagramPort(context, mux, this::requestWrite);
    this.budgetSince = context.loop().nanoTime();
  }

  /** On a server: the answer has gone out, and this is what the client lets us begin with. */
  void accepted(MuxLimits clients) {
    mux.peerAnnounced(clients);
    begin();
  }

  /** Reads and writes from now on. */
  void begin() {
    begun = true;
    if (!over && !detached) {
      flow.begin();
    }
    body.onReadable(this::read);
    body.onWritable(this::requestWrite);
    body.request(READ_AHEAD);
    read();
    requestWrite();
  }

  Http2Context context() {
    return context;
  }

  DatagramPort datagrams() {
    return datagrams;
  }

  // For the engine's commands.

  /** Opens a stream. */
  TransportCommand.OpenResult open(StreamKind kind) {
    if (over || detached) {
      return new TransportCommand.OpenResult.Failed(kind, "the session has ended");
    }
    OptionalLong id = mux.open(kind, SendPriority.DEFAULT);
    requestWrite();
    if (id.isEmpty()) {
      return new TransportCommand.OpenResult.LimitReached(kind);
    }
    return new TransportCommand.OpenResult.Opened(kind, port(id.getAsLong(), kind, true));
  }

  /** The peer is expected to have so many streams of a kind open at a time. */
  void anticipate(StreamKind kind, int count) {
    mux.anticipate(kind, count);
    requestWrite();
  }

  /** What the peer may send and we may, and what was sent. */
  SessionLimits limits() {
    return mux.limits();
  }

  /** The server has said with what streams may begin. */
  void peerBegins(StreamLimits limits) {
    mux.peerBegins(limits);
    requestWrite();
  }

  /** Nothing is told to the session any more; its last capsule may still go. */
  void detach() {
    end("the session has ended");
  }

  /** The CONNECT stream is gone. */
  void lost(String why) {
    over = true;
    end(why);
  }

  // For the port of the CONNECT stream.

  /** The session's own capsule is to be sent. */
  void send(Capsule capsule) {
    if (capsule instanceof Capsule.CloseSession close) {
      closeDue = true;
      mux.close(close);
    } else if (capsule instanceof Capsule.DrainSession) {
      mux.drain();
    }
    requestWrite();
  }

  /** Our half ends behind a close that is to be sent, or at once. */
  void finish() {
    finishing = true;
    requestWrite();
  }

  /** The stream is reset, by whomever: nothing more is written. */
  void cut() {
    over = true;
  }

  /** Whether something waits that the peer does not take now. */
  boolean isWaiting() {
    return !writeRequested
        && (body.queued() > 0 || ports.values().stream().anyMatch(port -> port.queued() > 0));
  }

  // For the ports of streams and datagrams.

  /** Bytes of a stream that came and that nobody has asked for, more or fewer. */
  void held(long more) {
    context.gauges().held(more);
  }

  /** How many bytes of a stream may be written at once, as far as windows reach. */
  long room(long stream) {
    return over ? 0 : Math.min(mux.sendable(stream), body.room());
  }

  /** A stream has something to send that has just been offered. */
  void waits(MuxStreamPort port) {
    newlyWaiting.add(port);
  }

  /** One stream more has something to send, or one less. */
  void sends(int more) {
    flow.sends(more);
  }

  /** Nothing more is to be told of a stream. */
  void closed(MuxStreamPort port) {
    ports.remove(port.id(), port);
  }

  void requestWrite() {
    if (begun && !writeRequested) {
      writeRequested = true;
      context.loop().writeLater(this);
    }
  }

  // What comes.

  private void read() {
    refill();
    Inbound next;
    while ((next = body.poll()) != null) {
      if (next instanceof Inbound.Data data) {
        justOpened = NONE;
        mux.receive(data.bytes()).forEach(this::happened);
        count();
        flow.show();
        body.request(data.bytes().length());
      } else {
        ended(next);
        return;
      }
    }
    requestWrite();
  }

  private void count() {
    context.skippedCapsules().add(mux.skippedBytes() - skippedCounted);
    skippedCounted = mux.skippedBytes();
    context.controlCapsules().add(mux.controlBytes() - controlCounted);
    controlCounted = mux.controlBytes();
  }

  private void refill() {
    long now = context.loop().nanoTime();
    if (now - budgetSince >= context.limits().capsuleBudgetWindow().toNanos()) {
      budgetSince = now;
      mux.refillBudgets();
    }
  }

  private void ended(Inbound end) {
    if (end == Inbound.Fin.INSTANCE) {
      mux.receiveEnd().forEach(this::happened);
      control.ended(end);
    } else {
      over = true;
      control.ended(end);
      end("the CONNECT stream has ended");
    }
  }

  private void happened(MuxEffect effect) {
    long opened = justOpened;
    justOpened = effect instanceof MuxEffect.StreamOpened one ? one.id() : NONE;
    if (effect instanceof MuxEffect.StreamData data) {
      MuxStreamPort port = ports.get(data.id());
      if (port == null) {
        mux.consumed(data.id(), data.bytes().length());
      } else {
        port.received(data.bytes());
      }
    } else if (effect instanceof MuxEffect.StreamOpened one) {
      opened(one);
    } else if (effect instanceof MuxEffect.StreamFinished finished) {
      inputEnded(finished.id(), Inbound.Fin.INSTANCE, finished.id() == opened);
    } else if (effect instanceof MuxEffect.StreamReset reset) {
      inputEnded(reset.id(), new Inbound.Reset(reset.code()), false);
    } else if (effect instanceof MuxEffect.StreamStopped stopped) {
      MuxStreamPort port = ports.get(stopped.id());
      if (port != null) {
        port.stopped(stopped.code());
      }
    } else if (effect instanceof MuxEffect.StreamsAvailable available) {
      events.accept(new TransportEvent.StreamsAvailable(available.kind()));
    } else if (effect instanceof MuxEffect.DatagramReceived datagram) {
      datagrams.deliver(datagram.payload());
    } else if (effect instanceof MuxEffect.SessionCapsule one) {
      tell(one.capsule());
    } else if (effect instanceof MuxEffect.Violated violated) {
      violated(violated.violation());
    }
  }

  /** One drain at most: however often a peer drains, it means what it meant. */
  private void tell(Capsule capsule) {
    boolean drain = capsule instanceof Capsule.DrainSession;
    if (!drain || !drainTold) {
      drainTold |= drain;
      control.received(capsule.encode());
    }
  }

  private void opened(MuxEffect.StreamOpened opened) {
    MuxStreamPort port = port(opened.id(), opened.kind(), false);
    if (detached) {
      port.lost("the session has ended");
    } else {
      streams.tell(new TransportCommand.IncomingStream(opened.kind(), port));
    }
  }

  private MuxStreamPort port(long id, StreamKind kind, boolean local) {
    MuxStreamPort port = new MuxStreamPort(this, mux, id, kind, local);
    ports.put(id, port);
    return port;
  }

  private void inputEnded(long id, Inbound end, boolean withHeader) {
    MuxStreamPort port = ports.get(id);
    if (port != null) {
      port.inputEnded(end, withHeader);
    }
  }

  /** The peer broke a rule, which ends the session and leaves the connection up. */
  private void violated(Violation violation) {
    over = true;
    flow.violated();
    control.discard(new Inbound.Lost(violation.message()));
    body.reset(violation.code());
    body.stopSending(violation.code());
    end(violation.message());
  }

  private void end(String why) {
    detached = true;
    flow.end();
    datagrams.close(why);
    List.copyOf(ports.values()).forEach(port -> port.lost(why));
  }

  // What goes.

  @Override
  public void write() {
    writeRequested = false;
    boolean room = body.ended() == null && body.takes();
    while (room && !over) {
      datagrams.present();
      MuxOutput output = mux.next(context.limits().writeLimit());
      ByteString datagram =
          datagrams.withdraw(output instanceof MuxOutput.Datagram one ? one.sender() : null);
      if (output == null) {
        break;
      }
      room = write(output, datagram);
      // Once a close is due nothing else goes.
      over = closeDue;
    }
    flow.show();
    datagrams.written();
    MuxStreamPort next;
    while ((next = newlyWaiting.poll()) != null) {
      next.written();
    }
    if (finishing && (over || !closeDue)) {
      over = true;
      body.finish();
    }
  }

  private boolean write(MuxOutput output, ByteString datagram) {
    if (output instanceof MuxOutput.Control control) {
      return body.offer(control.bytes());
    }
    if (output instanceof MuxOutput.Datagram one) {
      context.payload().sending(datagram.length());
      return body.offer(one.header().concat(datagram));
    }
    MuxOutput.StreamBytes bytes = (MuxOutput.StreamBytes) output;
    MuxStreamPort port = ports.get(bytes.id());
    byte[] all = new byte[bytes.header().length() + bytes.length()];
    bytes.header().copyToArray(all, 0, bytes.header().length());
    context.payload().sending(bytes.length());
    if (port != null && bytes.length() > 0) {
      ByteBuf into = Unpooled.wrappedBuffer(all).writerIndex(bytes.header().length());
      port.take(into, bytes.length());
    }
    boolean room = body.offer(ByteString.fromArrayUnsafe(all));
    if (port != null) {
      port.sent(bytes.length(), bytes.fin());
    }
    return room;
  }

  @Override
  public String toString() {
    return "session " + body.id();
  }
}
