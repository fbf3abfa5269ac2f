package dev.ahti.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/** The actor system of a command, ended with it. */
final class Actors implements AutoCloseable {
  private static final long END_SECONDS = 15;

  /**
   * A command ends its system itself; Pekko's hook would race with the exit code. A cold JVM loads
   * classes on the loops, which would look like handlers that block; the endpoints here do not.
   */
  private static final String DEFAULTS =
      """
      pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
      ahti.loop-watchdog = 5 s
      """;

  private final ActorSystem<Void> system;

  private Actors(ActorSystem<Void> system) {
    this.system = system;
  }

  /**
   * Starts one.
   *
   * @param options what the command's own options stand for, before all else
   */
  static Actors start(Config options) {
    // From one thread, before there are many: logging that is set up by two at once says so.
    LoggerFactory.getILoggerFactory();
    return new Actors(
        ActorSystem.create(Behaviors.empty(), "ahti", options.withFallback(config())));
  }

  /** What a user sets, in system properties or an {@code application.conf}, before our defaults. */
  static Config config() {
    ClassLoader classes = Actors.class.getClassLoader();
    return ConfigFactory.defaultOverrides(classes)
        .withFallback(ConfigFactory.defaultApplication(classes))
        .withFallback(ConfigFactory.parseString(DEFAULTS))
        .withFallback(ConfigFactory.defaultReferenceUnresolved(classes))
        .resolve();
  }

  ActorSystem<Void> system() {
    return system;
  }

  /** Ends the system and waits until it has; a thread that is interrupted waits on. */
  @Override
  public void close() {
    system.terminate();
    finish("the actor system", system.getWhenTerminated());
  }

  /** Waits for the end of something that is ending, a bounded time. */
  static void finish(String what, CompletionStage<?> ended) {
    finish(what, ended, Duration.ZERO);
  }

  /** As {@link #finish(String, CompletionStage)}, for what may take so much longer than others. */
  static void finish(String what, CompletionStage<?> ended, Duration longer) {
    long seconds = END_SECONDS + longer.toSeconds();
    try {
      ended.toCompletableFuture().copy().orTimeout(seconds, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(what + " did not end in " + seconds + " s", e);
    }
  }
}
