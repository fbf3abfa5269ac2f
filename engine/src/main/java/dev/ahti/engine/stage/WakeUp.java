package dev.ahti.engine.stage;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.stream.stage.AsyncCallback;

/**
 * Brings wake-ups from any thread into one stage, and merges those that come before the stage has
 * looked. The stage calls {@link #taken()} first and looks afterwards, so none is lost.
 */
final class WakeUp implements Runnable {
  private final AsyncCallback<Done> callback;
  private final AtomicBoolean scheduled = new AtomicBoolean();

  WakeUp(AsyncCallback<Done> callback) {
    this.callback = callback;
  }

  @Override
  public void run() {
    if (scheduled.compareAndSet(false, true)) {
      callback.invoke(Done.getInstance());
    }
  }

  void taken() {
    scheduled.set(false);
  }
}
