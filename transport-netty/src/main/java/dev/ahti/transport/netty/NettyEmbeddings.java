package dev.ahti.transport.netty;

import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/**
 * What of one actor system can be embedded, by the names of the servers: an entry for each listener
 * that is not bound to a port. Any thread.
 */
final class NettyEmbeddings implements Extension {
  private final Map<String, NettyEmbedding> byName = new ConcurrentHashMap<>();

  private NettyEmbeddings() {}

  static NettyEmbeddings get(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system);
  }

  void add(NettyEmbedding embedding) {
    byName.put(embedding.name(), embedding);
  }

  /** It has ended; another one may have its name. */
  void remove(NettyEmbedding embedding) {
    byName.remove(embedding.name(), embedding);
  }

  NettyEmbedding named(String name) {
    NettyEmbedding found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "name: '"
              + name
              + "' (expected: that of a server that is embedded; there are: "
              + new TreeSet<>(byName.keySet())
              + ")");
    }
    return found;
  }

  private static final class Id extends ExtensionId<NettyEmbeddings> {
    static final Id INSTANCE = new Id();

    @Override
    public NettyEmbeddings createExtension(ActorSystem<?> system) {
      return new NettyEmbeddings();
    }
  }
}
