package dev.ahti.bench.ahti;

import dev.ahti.bench.BenchException;
import dev.ahti.engine.actor.Ahti;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Actor systems, and waiting with a deadline outside of them. */
final class Systems {
  private static final long SECONDS = 15;

  private Systems() {}

  static ActorSystem<Void> start(String name) {
    return ActorSystem.create(Behaviors.empty(), name);
  }

  /** Ends when the transport has, which is after the last actor. */
  static void stop(ActorSystem<Void> system) {
    Ahti ahti = Ahti.get(system);
    system.terminate();
    result(system.getWhenTerminated(), "stopping the actor system");
    result(ahti.terminated(), "stopping the transport");
  }

  static <T> T result(CompletionStage<T> stage, String what) {
    try {
      return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new BenchException(what + " was interrupted", stop);
    } catch (TimeoutException late) {
      throw new BenchException(what + " took more than " + SECONDS + " s", late);
    } catch (ExecutionException failure) {
      throw new BenchException(what + " failed: " + failure.getCause(), failure);
    }
  }
}
