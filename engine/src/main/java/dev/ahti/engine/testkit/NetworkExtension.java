package dev.ahti.engine.testkit;

import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.jspecify.annotations.Nullable;

/** Keeps the network of one actor system. */
final class NetworkExtension implements Extension {
  private static final Id ID = new Id();

  private final ActorSystem<?> system;
  private @Nullable MemoryNetwork network;

  private static final class Id extends ExtensionId<NetworkExtension> {
    @Override
    public NetworkExtension createExtension(ActorSystem<?> system) {
      return new NetworkExtension(system);
    }
  }

  private NetworkExtension(ActorSystem<?> system) {
    this.system = system;
  }

  static NetworkExtension of(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  synchronized MemoryNetwork network() {
    MemoryNetwork known = network;
    if (known == null) {
      VirtualLoop loop = VirtualLoop.running("ahti-memory-" + system.name());
      // The loop is a dispatcher of the system: it must outlive the last actor.
      system
          .getWhenTerminated()
          .whenCompleteAsync((done, failure) -> loop.shutdown(), Runnable::run);
      known = new MemoryNetwork(loop, 1);
      network = known;
    }
    return known;
  }

  synchronized void use(MemoryNetwork own) {
    if (network != null) {
      throw new IllegalStateException(
          system.name() + ": has a network already (expected: none; call use() first)");
    }
    network = own;
  }
}
