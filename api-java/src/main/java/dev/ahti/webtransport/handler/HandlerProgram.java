package dev.ahti.webtransport.handler;

import com.typesafe.config.Config;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns events into the callbacks of a handler, and keeps its state. */
final class HandlerProgram<S extends @Nullable Object> implements Program {
  private final WebTransportHandler<S> handler;
  private final Config options;

  /** The last that a callback gave, {@code null} for a handler that keeps nothing. */
  private @Nullable S state;

  /** Whether {@code init} has given a state. */
  private boolean begun;

  HandlerProgram(WebTransportHandler<S> handler, Config options) {
    this.handler = handler;
    this.options = options;
  }

  @Override
  @SuppressWarnings("NullAway") // A state may be null where the handler says so.
  public List<SessionCommand> on(SessionEvent event) throws Exception {
    if (event instanceof SessionEvent.Opened opened) {
      return keep(handler.init(opened.handled(), options));
    }
    S now = state;
    if (!begun) {
      // The first callback threw: there is nothing to end.
      return List.of();
    }
    if (event instanceof SessionEvent.Ended ended) {
      handler.terminate(now, ended.end());
      return List.of();
    }
    return keep(next(now, event));
  }

  private List<SessionCommand> keep(Next<S> next) {
    begun = true;
    state = next.state();
    return next.effects();
  }

  private Next<S> next(S now, SessionEvent event) throws Exception {
    if (event instanceof SessionEvent.StreamData data) {
      return handler.onStreamData(now, data.stream(), data.data());
    }
    if (event instanceof SessionEvent.StreamFin fin) {
      return handler.onStreamFin(now, fin.stream(), fin.data());
    }
    if (event instanceof SessionEvent.Datagram datagram) {
      return handler.onDatagram(now, datagram.data());
    }
    if (event instanceof SessionEvent.StreamOpened opened) {
      return handler.onStreamOpened(now, opened.stream(), opened.tag());
    }
    if (event instanceof SessionEvent.StreamClosed closed) {
      return handler.onStreamClosed(now, closed.stream(), closed.end());
    }
    if (event instanceof SessionEvent.StreamWritable writable) {
      return handler.onStreamWritable(now, writable.stream());
    }
    if (event instanceof SessionEvent.Info info) {
      return handler.onInfo(now, info.message());
    }
    if (event instanceof SessionEvent.ActionFailed failed) {
      return handler.onActionFailed(now, failed.command(), failed.reason());
    }
    if (event instanceof SessionEvent.Draining) {
      return handler.onDraining(now);
    }
    throw new IllegalStateException("an event without a callback: " + event);
  }

  @Override
  public boolean acknowledges() {
    return false;
  }

  @Override
  public boolean outlivesEvents() {
    return false;
  }
}
