package dev.ahti.engine.actor;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorRefWithCell;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import scala.jdk.javaapi.CollectionConverters;

/** The live actors of a system, as Pekko has them. */
final class ActorTree {
  private ActorTree() {}

  /** The actors below {@code /system/ahti}, itself included. */
  static List<ActorRef> ahti(ActorSystem<?> system) {
    ExtendedActorSystem classic = (ExtendedActorSystem) system.classicSystem();
    List<ActorRef> found = new ArrayList<>();
    for (ActorRef child : children(classic.systemGuardian())) {
      if (child.path().name().equals("ahti")) {
        collect(child, found);
      }
    }
    return found;
  }

  /** Their paths without the system's address, sorted. */
  static List<String> paths(ActorSystem<?> system) {
    return ahti(system).stream().map(ref -> ref.path().toStringWithoutAddress()).sorted().toList();
  }

  /** Those that end in this name. */
  static List<ActorRef> named(ActorSystem<?> system, String name) {
    return ahti(system).stream().filter(ref -> ref.path().name().equals(name)).toList();
  }

  private static void collect(ActorRef ref, List<ActorRef> found) {
    found.add(ref);
    children(ref).forEach(child -> collect(child, found));
  }

  private static Iterable<ActorRef> children(ActorRef ref) {
    return CollectionConverters.asJava(
        ((ActorRefWithCell) ref).underlying().childrenRefs().children());
  }
}
