package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.spi.DatagramWriter;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams of a session that is still being established: takes one and asks to wait, so that
 * nothing piles up; passes everything on once the session is there, and has ended when it cannot
 * be.
 *
 * <p>A sink that waits for its session would not do: it would be made with the first element only,
 * so that neither an empty upstream nor a failed session would ever be told.
 */
final class LaterDatagramWriter implements DatagramWriter {
  private volatile @Nullable DatagramWriter writer;
  private volatile @Nullable String failed;

  // Guarded by this: who is woken, and the datagram that waits.
  private Runnable wake = () -> {};
  private @Nullable ByteString held;

  LaterDatagramWriter(CompletableFuture<SessionHandle> established) {
    established.whenCompleteAsync(this::settled, Runnable::run);
  }

  @Override
  public void onWritable(Runnable newWake) {
    synchronized (this) {
      wake = newWake;
      DatagramWriter present = writer;
      if (present != null) {
        present.onWritable(newWake);
      }
    }
  }

  @Override
  public boolean offer(ByteString payload) {
    DatagramWriter present = writer;
    if (present != null) {
      return present.offer(payload);
    }
    synchronized (this) {
      present = writer;
      if (present == null) {
        held = failed == null ? payload : null;
        return false;
      }
    }
    return present.offer(payload);
  }

  @Override
  public @Nullable String ended() {
    DatagramWriter present = writer;
    return present == null ? failed : present.ended();
  }

  private void settled(@Nullable SessionHandle session, @Nullable Throwable failure) {
    Runnable toWake;
    synchronized (this) {
      toWake = wake;
      if (session == null) {
        failed = "the session was not established";
      } else {
        DatagramWriter made = session.newDatagramWriter();
        made.onWritable(wake);
        if (held != null && !made.offer(held)) {
          // Its own wake-up is armed now.
          toWake = () -> {};
        }
        writer = made;
      }
      held = null;
    }
    toWake.run();
  }
}
