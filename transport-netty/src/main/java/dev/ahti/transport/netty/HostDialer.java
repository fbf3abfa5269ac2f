package dev.ahti.transport.netty;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.Race;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks a host up and races connections to its addresses (RFC 8305): those of IPv6 and of IPv4 in
 * turn, each a while behind the one before, or at once when all before it have failed. Any thread.
 */
final class HostDialer {
  private final NettyLoops loops;
  private final Addresses addresses;
  private final Executor blocking;

  /**
   * For one transport.
   *
   * @param blocking runs name lookups, which may take long
   */
  HostDialer(NettyLoops loops, Addresses addresses, Executor blocking) {
    this.loops = loops;
    this.addresses = addresses;
    this.blocking = blocking;
  }

  /**
   * Opens a connection.
   *
   * @param connect makes one to an address; may block, and has its result cancelled when it is not
   *     wanted any more
   */
  CompletionStage<TransportConnection> dial(
      DialOptions options, Function<DialTarget, CompletableFuture<TransportConnection>> connect) {
    CompletableFuture<TransportConnection> told = new CompletableFuture<>();
    CompletableFuture<TransportConnection> result = new CompletableFuture<>();
    NettyLoop loop = loops.next();
    long deadline = System.nanoTime() + options.timeout().toNanos();
    try {
      // One for all that follows, whichever part of it does not answer.
      ScheduledFuture<?> expiry =
          loop.timers()
              .schedule(
                  () -> fail(options, result, DialTarget.silence(options), null),
                  options.timeout().toNanos());
      // Before anybody is told: who was told may end the loop, and a timer that is cancelled then
      // is
      // never counted as gone.
      result.whenComplete(
          (connection, failure) -> {
            expiry.cancel(false);
            tell(told, connection, failure);
          });
      told.whenComplete(
          (connection, failure) -> {
            if (failure != null) {
              result.cancel(false);
            }
          });
      blocking.execute(
          () -> {
            try {
              List<InetAddress> found = addresses.of(options.host());
              if (!result.isDone()) {
                race(options, found, loop, deadline, connect, result);
              }
            } catch (UnknownHostException unknown) {
              fail(options, result, "the host is unknown", unknown);
            } catch (RuntimeException failure) {
              fail(options, result, String.valueOf(failure.getMessage()), failure);
            }
          });
    } catch (RejectedExecutionException ended) {
      fail(options, result, "the transport has ended", ended);
      fail(options, told, "the transport has ended", ended);
    }
    return told;
  }

  private void race(
      DialOptions options,
      List<InetAddress> found,
      NettyLoop loop,
      long deadline,
      Function<DialTarget, CompletableFuture<TransportConnection>> connect,
      CompletableFuture<TransportConnection> result) {
    List<Supplier<CompletionStage<TransportConnection>>> attempts = new ArrayList<>();
    for (InetAddress address : found) {
      DialTarget target =
          new DialTarget(
              options,
              new InetSocketAddress(address, options.port()),
              found.size() > 1,
              loop,
              deadline);
      attempts.add(() -> attempt(target, connect));
    }
    CompletableFuture<TransportConnection> race =
        Race.run(
            attempts,
            addresses.headStart(),
            (delay, task) -> later(loop, delay, task),
            late -> late.discard(Http3ErrorCode.H3_NO_ERROR, "another address was faster"),
            DialException::together);
    hand(race, result);
  }

  /** Off the loop, where the failure of another attempt may have been told. */
  private CompletableFuture<TransportConnection> attempt(
      DialTarget target, Function<DialTarget, CompletableFuture<TransportConnection>> connect) {
    CompletableFuture<TransportConnection> attempt = new CompletableFuture<>();
    blocking.execute(
        () -> {
          if (!attempt.isDone()) {
            CompletableFuture<TransportConnection> made = connect.apply(target);
            hand(made, attempt);
          }
        });
    return attempt;
  }

  /** One's outcome becomes the other's; whoever waits no more must not leave a connection. */
  private static void hand(
      CompletableFuture<TransportConnection> from, CompletableFuture<TransportConnection> to) {
    from.whenComplete((connection, failure) -> tell(to, connection, failure));
    to.whenComplete(
        (connection, failure) -> {
          if (failure != null) {
            from.cancel(false);
          }
        });
  }

  private static void tell(
      CompletableFuture<TransportConnection> who,
      TransportConnection connection,
      @Nullable Throwable failure) {
    if (failure != null) {
      who.completeExceptionally(failure);
    } else if (!who.complete(connection)) {
      connection.discard(Http3ErrorCode.H3_NO_ERROR, "too late");
    }
  }

  private Runnable later(NettyLoop loop, Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> timer = loop.timers().schedule(task, delay.toNanos());
      return () -> timer.cancel(false);
    } catch (RejectedExecutionException ended) {
      // The transport ends, and all that is under way with it.
      return () -> {};
    }
  }

  private static void fail(
      DialOptions options,
      CompletableFuture<TransportConnection> result,
      String why,
      @Nullable Throwable cause) {
    result.completeExceptionally(DialTarget.failure(options, why, cause));
  }
}
