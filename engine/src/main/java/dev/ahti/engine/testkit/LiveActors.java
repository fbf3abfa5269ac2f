package dev.ahti.engine.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorRefWithCell;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import scala.jdk.javaapi.CollectionConverters;

/** The actors below {@code /system}, where Ahti's and those of streams are, as Pekko has them. */
public final class LiveActors {
  /** The guardian, the dialer and the watch of owners live as long as their actor system. */
  private static final String OURS = "/system/ahti/(?!(dialer|owners)$).+";

  /** What runs a session for a handler or an actor of the application. */
  private static final String OF_PROGRAMS = "/system/ahti-program-[0-9]+(/.+)?";

  /** What runs a graph on a materializer; the supervisors above them stay. */
  private static final String OF_STREAMS = "/system/Materializers/StreamSupervisor-[0-9]+/.+";

  private LiveActors() {}

  /** Those that have to be gone when every listener and session of Ahti and every graph is. */
  public static List<ActorRef> passing(ActorSystem<?> system) {
    return matching(system, OURS + "|" + OF_PROGRAMS + "|" + OF_STREAMS);
  }

  /** Those whose path, without the system's address, matches as a whole. */
  public static List<ActorRef> matching(ActorSystem<?> system, String pattern) {
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
