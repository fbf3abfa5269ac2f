package dev.ahti.webtransport.handler;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportStreamsReader;
import dev.ahti.webtransport.impl.SessionAccess;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one session, as its {@link SessionHost} runs them: those that the peer opens are
 * taken as they come, which the transport's limit of open streams bounds. Used inside the host
 * only.
 */
final class HostStreams {
  private final SessionHost host;
  private final Map<SessionStream, StreamPump> pumps = new LinkedHashMap<>();

  /** Those that the callback which runs has sent on; {@code null} while none runs. */
  private @Nullable Set<StreamPump> sentOn;

  /** Before the next stream of the peer. */
  private final Gate gate = new Gate();

  /** Streams of the peer that have ended, of which an actor was told and has not said so. */
  private final Set<SessionStream> unacknowledged = new HashSet<>();

  private final Level level;
  private final StreamActor.Maker refs;

  HostStreams(SessionHost host) {
    this.host = host;
    this.refs =
        new StreamActor.Maker(
            Adapter.toTyped(host.session().materializer().system()),
            host.ref(),
            DispatcherSelector.fromConfig(SessionAccess.dispatcher(host.session())));
    this.level = host.gauges().level(Gauges.HANDLERS_STREAMS_UNACKNOWLEDGED);
  }

  void begin() {
    WebTransport session = host.session();
    take(session.incomingBidirectionalStreamsReader(), this::accept);
    take(session.incomingUnidirectionalStreamsReader(), this::accept);
  }

  /**
   * Takes streams as long as the session goes on; its end is told elsewhere. The next one when what
   * others were answered on a stream not their own is taken, and when an actor keeps up: until then
   * it waits in the session, and the peer's limit of streams is not renewed.
   */
  private <T> void take(WebTransportStreamsReader<T> reader, Consumer<T> to) {
    if (!gate.isOpen()
        || unacknowledged.size() >= host.settings().handler().unacknowledgedStreams()) {
      gate.park(() -> take(reader, to));
      return;
    }
    reader
        .read()
        .whenCompleteAsync(
            (next, failure) -> {
              if (failure == null && next.isPresent()) {
                host.later(
                    () -> {
                      to.accept(next.get());
                      take(reader, to);
                    });
              }
            },
            Runnable::run);
  }

  private void accept(WebTransportBidirectionalStream stream) {
    begin(pump(stream, false));
  }

  private void accept(WebTransportReceiveStream stream) {
    SessionStream name =
        new SessionStream(SessionAccess.id(stream), SessionStream.Kind.UNIDIRECTIONAL, false, refs);
    begin(add(new StreamPump(host, name, stream, null)));
  }

  private StreamPump pump(WebTransportBidirectionalStream stream, boolean local) {
    SessionStream name =
        new SessionStream(
            SessionAccess.id(stream.writable()), SessionStream.Kind.BIDIRECTIONAL, local, refs);
    return add(new StreamPump(host, name, stream.readable(), stream.writable()));
  }

  private StreamPump pump(WebTransportSendStream stream) {
    SessionStream name =
        new SessionStream(SessionAccess.id(stream), SessionStream.Kind.UNIDIRECTIONAL, true, refs);
    return add(new StreamPump(host, name, null, stream));
  }

  private StreamPump add(StreamPump pump) {
    pumps.put(pump.stream(), pump);
    return pump;
  }

  private static void begin(StreamPump pump) {
    pump.begin();
    pump.pull();
  }

  /** Opens a stream; tells it, or that it could not be opened. */
  void open(SessionCommand.OpenStream open, boolean tells) {
    WebTransport session = host.session();
    if (open.kind() == SessionStream.Kind.BIDIRECTIONAL) {
      session
          .createBidirectionalStream(open.options())
          .whenCompleteAsync(
              (stream, failure) ->
                  host.later(
                      () -> {
                        if (failure == null) {
                          opened(pump(stream, true), open.tag());
                        } else {
                          host.failed(open, unwrapped(failure), tells);
                        }
                      }),
              Runnable::run);
    } else {
      session
          .createUnidirectionalStream(open.options())
          .whenCompleteAsync(
              (stream, failure) ->
                  host.later(
                      () -> {
                        if (failure == null) {
                          opened(pump(stream), open.tag());
                        } else {
                          host.failed(open, unwrapped(failure), tells);
                        }
                      }),
              Runnable::run);
    }
  }

  private void opened(StreamPump pump, Object tag) {
    pump.begin();
    host.deliver(new SessionEvent.StreamOpened(host.ref(), pump.stream(), tag));
    if (host.isRunning()) {
      pump.pull();
    }
  }

  /**
   * Does a command for a stream.
   *
   * @throws RuntimeException when it cannot be done
   */
  void execute(SessionCommand command) {
    if (command instanceof SessionCommand.Send send) {
      send(find(send.stream()), send.bytes(), false);
    } else if (command instanceof SessionCommand.SendFin send) {
      send(find(send.stream()), send.bytes(), true);
    } else if (command instanceof SessionCommand.CloseStream close) {
      send(find(close.stream()), ByteString.emptyByteString(), true);
    } else if (command instanceof SessionCommand.ResetStream reset) {
      find(reset.stream()).reset(reset.code());
    } else if (command instanceof SessionCommand.StopSending stop) {
      find(stop.stream()).stopSending(stop.code());
    } else {
      throw new IllegalArgumentException("no command for a stream: " + command);
    }
  }

  private void send(StreamPump pump, ByteString bytes, boolean fin) {
    pump.send(bytes, fin);
    if (sentOn != null) {
      sentOn.add(pump);
    }
  }

  private StreamPump find(SessionStream stream) {
    StreamPump pump = pumps.get(stream);
    if (pump == null) {
      throw new WebTransportInvalidStateException(
          stream + ": over, or of another session (expected: open)");
    }
    return pump;
  }

  /** A callback begins: what it sends on is noted. */
  void beginCallback() {
    sentOn = new HashSet<>();
  }

  /**
   * A callback has returned, and its effects are done. What caused it is asked for again when what
   * it sent is taken: a stream is read on behind all of it. The next stream, and the next datagram,
   * come behind what was sent on streams but the one that it was about: who asks on one stream and
   * does not read the answer on it holds up that one, and none beside it.
   */
  void endCallback(SessionEvent event) {
    Set<StreamPump> sent = sentOn == null ? Set.of() : sentOn;
    sentOn = null;
    if (!host.isRunning() || host.acknowledges()) {
      return;
    }
    if (event instanceof SessionEvent.StreamData data) {
      StreamPump pump = pumps.get(data.stream());
      if (pump != null) {
        pump.readOnBehind(sent);
      }
    } else if (event instanceof SessionEvent.StreamFin fin) {
      closeBehind(sent, fin.stream());
    } else if (event instanceof SessionEvent.StreamClosed closed) {
      closeBehind(sent, closed.stream());
    } else if (event instanceof SessionEvent.Datagram) {
      sent.forEach(host.datagrams().gate()::close);
    }
  }

  private void closeBehind(Set<StreamPump> sent, SessionStream own) {
    for (StreamPump pump : sent) {
      if (pump.stream() != own) {
        gate.close(pump);
      }
    }
  }

  /** Before the next stream of the peer, and before the end of one that was taken. */
  Gate gate() {
    return gate;
  }

  /** A stream has taken all that was sent on it, or is over. */
  void free(StreamPump pump) {
    gate.free(pump);
    host.datagrams().gate().free(pump);
  }

  /** An actor has dealt with what came of a stream. */
  void acknowledged(SessionStream stream) {
    StreamPump pump = pumps.get(stream);
    if (pump != null) {
      pump.readOnBehind(Set.of(pump));
    }
  }

  /** An actor has dealt with the end of a stream: another one may come. */
  void acknowledgedEnd(SessionStream stream) {
    if (unacknowledged.remove(stream)) {
      level.decrement();
      gate.look();
    }
  }

  /** Both halves of a stream have ended. */
  void over(StreamPump pump, StreamEnd end) {
    if (pumps.remove(pump.stream()) != null) {
      pump.letGo();
      pump.stream().end();
      if (sentOn != null) {
        sentOn.remove(pump);
      }
      if (host.acknowledges() && !pump.stream().local()) {
        unacknowledged.add(pump.stream());
        level.increment();
      }
      host.deliver(new SessionEvent.StreamClosed(host.ref(), pump.stream(), end));
    }
  }

  /** The session has ended, and its streams with it. */
  void letGo() {
    new ArrayList<>(pumps.values()).forEach(StreamPump::letGo);
    pumps.keySet().forEach(SessionStream::end);
    pumps.clear();
    gate.clear();
    level.add(-unacknowledged.size());
    unacknowledged.clear();
  }

  /** What a future failed with. */
  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
