package dev.ahti.webtransport.handler;

import static java.util.Objects.requireNonNull;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.impl.SessionAccess;
import dev.ahti.webtransport.server.SessionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;

/**
 * Runs sessions with a {@link WebTransportHandler} or a typed actor. Immutable; any number of
 * sessions, any thread.
 *
 * <p>At a server it is what {@code WebTransportServer.withRoute} takes; a client {@linkplain #run
 * runs} it with the session that it dials. It takes the session's incoming streams and its
 * datagrams: a program that wants them as Sources runs them itself instead.
 */
public final class SessionProgram implements SessionHandler {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Program.Factory factory;
  private final @Nullable DispatcherSelector dispatcher;

  private SessionProgram(Program.Factory factory, @Nullable DispatcherSelector dispatcher) {
    this.factory = factory;
    this.dispatcher = dispatcher;
  }

  /** A handler without options. */
  public static <S extends @Nullable Object> SessionProgram of(WebTransportHandler<S> handler) {
    return of(handler, ConfigFactory.empty());
  }

  /**
   * A handler, and what its {@link WebTransportHandler#init} gets.
   *
   * @param handler serves all sessions of this program
   * @param options as they may stand in {@code application.conf}
   */
  public static <S extends @Nullable Object> SessionProgram of(
      WebTransportHandler<S> handler, Config options) {
    requireNonNull(handler, "handler");
    requireNonNull(options, "options");
    return new SessionProgram((context, session) -> new HandlerProgram<>(handler, options), null);
  }

  /**
   * A typed actor for each session. When it stops, its session is closed with code 0; when it
   * fails, with {@code ahti.session.handler-failure-code}. It is stopped behind {@link
   * SessionEvent.Ended}.
   *
   * <p>Messages of the application reach it as {@link SessionEvent.Info}, through {@link
   * HandledSession#tell}; an actor with a protocol of its own is {@linkplain #actor(Function,
   * Function) the other kind}.
   *
   * @param behavior makes it, once a session; what it throws ends that session
   */
  public static SessionProgram actor(Function<HandledSession, Behavior<SessionEvent>> behavior) {
    return actor(behavior, event -> event);
  }

  /**
   * A typed actor for each session with a protocol of its own, which others may send it: events
   * come as messages of that protocol. Else as {@link #actor(Function)}.
   *
   * @param behavior makes it, once a session; what it throws ends that session
   * @param wrap makes a message of each event; what it throws ends the session
   */
  public static <M> SessionProgram actor(
      Function<HandledSession, Behavior<M>> behavior, Function<SessionEvent, M> wrap) {
    requireNonNull(behavior, "behavior");
    requireNonNull(wrap, "wrap");
    return new SessionProgram(
        (context, session) -> ActorProgram.spawn(context, behavior.apply(session), wrap), null);
  }

  /**
   * The events as messages to an actor that is there already, as a client's caller commonly is.
   * When that stops, the session is closed with code 0.
   */
  public static SessionProgram forward(ActorRef<SessionEvent> to) {
    requireNonNull(to, "to");
    return new SessionProgram((context, session) -> ActorProgram.forward(context, to), null);
  }

  /**
   * The same, run elsewhere than on the event loops of the sessions: what runs there may block as
   * far as that dispatcher allows, and a session whose program does is slowed, no other. Each event
   * crosses threads then.
   *
   * @param selector such as {@code DispatcherSelector.blocking()}
   */
  public SessionProgram withDispatcher(DispatcherSelector selector) {
    return new SessionProgram(factory, requireNonNull(selector, "selector"));
  }

  /** Runs a session that a server accepted. */
  @Override
  public void onSession(WebTransport session) {
    start(session);
  }

  /**
   * Runs a session, of a client commonly.
   *
   * @param session may be connecting: the program starts once it is established
   * @return what takes commands and messages for it; fails as {@link WebTransport#ready()} does,
   *     and then the program is not started
   */
  public CompletionStage<ActorRef<SessionMessage>> run(WebTransport session) {
    CompletableFuture<ActorRef<SessionMessage>> started = new CompletableFuture<>();
    session
        .ready()
        .whenCompleteAsync(
            (ready, failure) -> {
              if (failure != null) {
                started.completeExceptionally(failure);
                return;
              }
              try {
                started.complete(start(session));
              } catch (RuntimeException terminating) {
                session.close();
                started.completeExceptionally(terminating);
              }
            },
            Runnable::run);
    return started;
  }

  private ActorRef<SessionMessage> start(WebTransport session) {
    ActorSystem<Void> system = Adapter.toTyped(session.materializer().system());
    DispatcherSelector on =
        dispatcher == null
            ? DispatcherSelector.fromConfig(SessionAccess.dispatcher(session))
            : dispatcher;
    return system.systemActorOf(
        SessionHost.create(session, factory), "ahti-program-" + NUMBERS.incrementAndGet(), on);
  }

  @Override
  public String toString() {
    return "SessionProgram[" + (dispatcher == null ? "on the loop" : dispatcher) + "]";
  }
}
