package dev.ahti.engine.spi;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.Dispatcher;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.Dispatchers;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.apache.pekko.dispatch.ExecutorServiceFactoryProvider;
import org.apache.pekko.dispatch.MessageDispatcher;
import org.apache.pekko.dispatch.MessageDispatcherConfigurator;
import org.apache.pekko.stream.Materializer;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Turns an executor, normally an event loop, into a Pekko dispatcher and a materializer whose
 * actors and stages run on it.
 *
 * <p>Why: a stage or actor on its own dispatcher hands every element over between two threads,
 * which costs more than the work itself. On the connection's own loop the hand-over is a method
 * call ({@code docs/decisions/0010-data-plane.md}).
 *
 * <p>With {@code ahti.loop-dispatcher = off} the loops' ids lead to the default dispatcher, for
 * comparison and for applications whose handlers must block.
 */
public final class LoopDispatchers {
  private final ActorSystem system;
  private final boolean enabled;
  private final int throughput;
  private final Config config;

  /**
   * @param system where the dispatchers are registered
   * @param enabled whether loops become dispatchers, or everything runs on the default one
   * @param throughput how many messages an actor may take before the next one on the loop has its
   *     turn, above zero
   */
  public LoopDispatchers(ActorSystem system, boolean enabled, int throughput) {
    this.system = system;
    this.enabled = enabled;
    this.throughput = throughput;
    this.config = system.settings().config().getConfig(Dispatchers.DefaultDispatcherId());
  }

  /**
   * Registers an executor.
   *
   * @param id unique in the actor system, such as {@code ahti.loop-0}
   * @param executor runs the actors; its shutdown stays its owner's business
   * @return the id to spawn actors with
   */
  public String register(String id, ExecutorService executor) {
    if (!enabled) {
      return Dispatchers.DefaultDispatcherId();
    }
    Dispatchers dispatchers = system.dispatchers();
    Configurator configurator =
        new Configurator(id, named(id), dispatchers.prerequisites(), executor, throughput);
    if (!dispatchers.registerConfigurator(id, configurator)) {
      throw new IllegalArgumentException(
          "dispatcher id: " + id + " is taken (expected: a new one)");
    }
    return id;
  }

  /** Pekko looks an actor's mailbox up by the id in its dispatcher's configuration. */
  private Config named(String id) {
    return ConfigFactory.parseMap(Map.of("id", id)).withFallback(config);
  }

  /**
   * A materializer whose stages run on a dispatcher; it ends with the actor system at the latest.
   *
   * @param dispatcherId as {@link #register} gave it
   */
  @SuppressWarnings("deprecation")
  public Materializer materializer(String dispatcherId) {
    // Attributes would put an asynchronous boundary between the graph and its dispatcher; the
    // settings make the dispatcher the materializer's own, so that there is none.
    return org.apache.pekko.stream.ActorMaterializer.create(
        org.apache.pekko.stream.ActorMaterializerSettings.create(system)
            .withDispatcher(dispatcherId),
        system,
        "ahti-" + dispatcherId.replace('.', '-'));
  }

  private static final class Configurator extends MessageDispatcherConfigurator {
    private final MessageDispatcher dispatcher;

    Configurator(
        String id,
        Config config,
        DispatcherPrerequisites prerequisites,
        ExecutorService executor,
        int throughput) {
      super(config, prerequisites);
      // The factory is asked once, when the first actor is attached; Pekko shuts the executor down
      // with the dispatcher, so what it gets must ignore that.
      ExecutorServiceFactoryProvider provider =
          new ExecutorServiceFactoryProvider() {
            @Override
            public ExecutorServiceFactory createExecutorServiceFactory(
                String name, ThreadFactory threads) {
              return () -> new UnownedExecutor(executor);
            }
          };
      this.dispatcher =
          new Dispatcher(
              this, id, throughput, Duration.Zero(), provider, FiniteDuration.create(1, "second"));
    }

    @Override
    public MessageDispatcher dispatcher() {
      return dispatcher;
    }
  }
}
