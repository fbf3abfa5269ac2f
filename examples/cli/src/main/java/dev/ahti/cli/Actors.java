package dev.ahti.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  static Actors start() {
    // From one thread, before there are many: logging that is set up by two at once says so.
    LoggerFactory.getILoggerFactory();
    return new Actors(ActorSystem.create(Behaviors.empty(), "ahti", config()));
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

  /** Waits for a result; what it failed with is thrown as it was. */
  static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw cause instanceof Exception failure ? failure : e;
    }
  }

  @Override
  public void close() throws InterruptedException {
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(END_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the actor system did not end in " + END_SECONDS + " s", e);
    }
  }
}
