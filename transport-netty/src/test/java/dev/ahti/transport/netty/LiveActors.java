package dev.ahti.transport.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorRefWithCell;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import scala.jdk.javaapi.CollectionConverters;

/** The actors below {@code /system/ahti}, as Pekko has them. */
final class LiveActors {
  private LiveActors() {}

  /** Those whose path, without the system's address, matches as a whole. */
  static List<ActorRef> matching(ActorSystem<?> system, String pattern) {
    Pattern path = Pattern.compile(pattern);
    List<ActorRef> found = new ArrayList<>();
    ExtendedActorSystem classic = (ExtendedActorSystem) system.classicSystem();
    collect(classic.systemGuardian(), path, found);
    return found;
  }

  private static void collect(ActorRef ref, Pattern path, List<ActorRef> found) {
    if (path.matcher(ref.path().toStringWithoutAddress()).matches()) {
      found.add(ref);
    }
    // Short-lived helpers of Pekko's are no parents.
    if (ref instanceof ActorRefWithCell parent) {
      CollectionConverters.asJava(parent.underlying().childrenRefs().children())
          .forEach(child -> collect(child, path, found));
    }
  }
}
