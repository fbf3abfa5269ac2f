package dev.ahti.bench.raw;

import dev.ahti.bench.BenchException;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Waiting for Netty with a deadline, off the event loop. */
final class Waits {
  private static final long SECONDS = 10;

  private Waits() {}

  static <T> T result(Future<T> future, String what) {
    if (!future.awaitUninterruptibly(SECONDS, TimeUnit.SECONDS)) {
      throw new BenchException(what + " took more than " + SECONDS + " s");
    }
    if (!future.isSuccess()) {
      throw new BenchException(what + " failed: " + future.cause(), future.cause());
    }
    return future.getNow();
  }

  static void stop(EventLoopGroup loop) {
    result(loop.shutdownGracefully(0, SECONDS / 2, TimeUnit.SECONDS), "stopping the event loop");
  }

  /** Fails {@code result} when {@code future} fails. */
  static void failWith(CompletableFuture<?> result, Future<?> future) {
    future.addListener(
        done -> {
          if (!done.isSuccess()) {
            result.completeExceptionally(done.cause());
          }
        });
  }
}
