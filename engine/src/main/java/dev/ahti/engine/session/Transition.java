package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The outcome of an input.
 *
 * @param next the machine to keep
 * @param effects what to do, in order
 */
public record Transition(SessionMachine next, List<SessionEffect> effects) {
  public Transition {
    requireNonNull(next, "next");
    effects = List.copyOf(effects);
  }
}
