package dev.ahti.webtransport.handler;

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
import org.apache.pekko.util.ByteString;

/**
 * The streams of one session, as its {@link SessionHost} runs them: those that the peer opens are
 * taken as they come, which the transport's limit of open streams bounds. Used inside the host
 * only.
 */
final class HostStreams {
  private final SessionHost host;
  private final Map<SessionStream, StreamPump> pumps = new LinkedHashMap<>();

  /** Those that were sent on since the last chunk of any was told. */
  private final Set<StreamPump> sentOn = new HashSet<>();

  HostStreams(SessionHost host) {
    this.host = host;
  }

  void begin() {
    WebTransport session = host.session();
    take(session.incomingBidirectionalStreamsReader(), this::accept);
    take(session.incomingUnidirectionalStreamsReader(), this::accept);
  }

  /** Takes streams as long as the session goes on; its end is told elsewhere. */
  private <T> void take(WebTransportStreamsReader<T> reader, Consumer<T> to) {
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
        new SessionStream(SessionAccess.id(stream), SessionStream.Kind.UNIDIRECTIONAL, false);
    begin(add(new StreamPump(host, name, stream, null)));
  }

  private StreamPump pump(WebTransportBidirectionalStream stream, boolean local) {
    SessionStream name =
        new SessionStream(
            SessionAccess.id(stream.writable()), SessionStream.Kind.BIDIRECTIONAL, local);
    return add(new StreamPump(host, name, stream.readable(), stream.writable()));
  }

  private StreamPump pump(WebTransportSendStream stream) {
    SessionStream name =
        new SessionStream(SessionAccess.id(stream), SessionStream.Kind.UNIDIRECTIONAL, true);
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
    sentOn.add(pump);
  }

  private StreamPump find(SessionStream stream) {
    StreamPump pump = pumps.get(stream);
    if (pump == null) {
      throw new WebTransportInvalidStateException(
          stream + ": over, or of another session (expected: open)");
    }
    return pump;
  }

  /** Tells bytes that came. The stream is read on when they are dealt with. */
  void deliver(StreamPump pump, ByteString bytes) {
    sentOn.clear();
    host.deliver(new SessionEvent.StreamData(host.ref(), pump.stream(), bytes));
    if (host.isRunning() && !host.acknowledges()) {
      pump.readOnBehind(sentOn);
    }
  }

  /** An actor has dealt with what came of a stream. */
  void acknowledged(SessionStream stream) {
    StreamPump pump = pumps.get(stream);
    if (pump != null) {
      pump.readOnBehind(Set.of(pump));
    }
  }

  /** Both halves of a stream have ended. */
  void over(StreamPump pump, StreamEnd end) {
    if (pumps.remove(pump.stream()) != null) {
      pump.letGo();
      host.deliver(new SessionEvent.StreamClosed(host.ref(), pump.stream(), end));
    }
  }

  /** The session has ended, and its streams with it. */
  void letGo() {
    new ArrayList<>(pumps.values()).forEach(StreamPump::letGo);
    pumps.clear();
    sentOn.clear();
  }

  /** What a future failed with. */
  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
