package dev.ahti.cli;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import sun.misc.Signal;

/**
 * A Pekko extension that sends its process SIGTERM while the actor system is starting, and once
 * more while it is ending. The first is there, for certain, before the system is.
 */
public final class SignalAtStart extends AbstractExtensionId<SignalAtStart.Sent>
    implements ExtensionIdProvider {

  /** A JVM's option that loads it. */
  static final String OPTION = "-Dpekko.extensions.0=" + SignalAtStart.class.getName();

  /** What there is of it. */
  static final class Sent implements Extension {}

  @Override
  public SignalAtStart lookup() {
    return this;
  }

  @Override
  public Sent createExtension(ExtendedActorSystem system) {
    Signal.raise(new Signal("TERM"));
    CheckedMain.END.await();
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
            "second-signal",
            () -> {
              Signal.raise(new Signal("TERM"));
              return CompletableFuture.completedFuture(Done.getInstance());
            });
    return new Sent();
  }
}
