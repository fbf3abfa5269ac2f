package dev.ahti.webtransport.handler;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What comes of a callback. Immutable.
 *
 * @param state what the next callback gets; {@code null} is one like others
 * @param effects what the session is to do, in this order
 * @param <S> what a handler's state is
 */
public record Next<S extends @Nullable Object>(S state, List<SessionCommand> effects) {

  /** Copies the list. */
  public Next {
    effects = List.copyOf(effects);
  }

  /** A state, and what is to be done. */
  public static <S extends @Nullable Object> Next<S> of(S state, SessionCommand... effects) {
    return new Next<>(state, List.of(effects));
  }

  /** What is to be done, of a handler that keeps nothing of a session: one of {@code Void}. */
  @SuppressWarnings("NullAway") // There is no other value of that type.
  public static Next<Void> stateless(SessionCommand... effects) {
    return new Next<>(null, List.of(effects));
  }

  /** A state, and the end of the session: see {@link SessionCommand.Stop}. */
  public static <S extends @Nullable Object> Next<S> stop(S state, String reason) {
    return of(state, new SessionCommand.Stop(reason));
  }

  /** The same with one more effect, behind the others. */
  public Next<S> and(SessionCommand effect) {
    List<SessionCommand> more = new ArrayList<>(effects);
    more.add(effect);
    return new Next<>(state, more);
  }
}
