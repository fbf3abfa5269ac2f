package dev.ahti.engine.actor;

import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportContext;
import dev.ahti.engine.spi.TransportProvider;
import dev.ahti.engine.spi.TransportUnavailableException;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/** Makes the one transport of an actor system when it is first needed. Any thread. */
final class TransportHolder {
  private final ActorSystem<?> system;
  private final EngineParts parts;
  private @Nullable Transport transport;
  private boolean terminated;

  TransportHolder(ActorSystem<?> system, EngineParts parts) {
    this.system = system;
    this.parts = parts;
  }

  /**
   * The transport.
   *
   * @throws TransportUnavailableException when it cannot work here; the next call tries again
   */
  synchronized Transport get() {
    if (terminated) {
      throw new IllegalStateException("the actor system has terminated");
    }
    if (transport == null) {
      transport = create();
    }
    return transport;
  }

  /** Gives the transport's threads back; nothing runs on them any more. */
  synchronized CompletionStage<Done> terminate() {
    terminated = true;
    return transport == null
        ? CompletableFuture.completedFuture(Done.getInstance())
        : transport.terminate();
  }

  private Transport create() {
    EngineSettings settings = parts.settings();
    TreeMap<String, TransportProvider> found = new TreeMap<>();
    ServiceLoader.load(TransportProvider.class, Ahti.class.getClassLoader())
        .forEach(provider -> found.put(provider.name(), provider));
    TransportProvider provider = found.get(settings.transport());
    if (provider == null) {
      throw new TransportUnavailableException(
          "ahti.transport: '"
              + settings.transport()
              + "' (on the class path: "
              + found.keySet()
              + ")",
          null);
    }
    LoopDispatchers dispatchers =
        new LoopDispatchers(
            system.classicSystem(), settings.loopDispatcher(), settings.loopThroughput());
    return provider.create(new TransportContext(system, parts.gauges(), dispatchers));
  }
}
