package dev.ahti.engine.stage;

import dev.ahti.engine.spi.UdpSend;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.AbruptStageTerminationException;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * Sends each element as one message, and asks for the next when the operating system took it. The
 * future completes when the upstream finished and all was taken; it fails with the upstream's
 * failure, or with the socket's, and then the upstream is cancelled with the same. Materialized
 * once; the second time it fails with an {@link IllegalStateException}.
 */
public final class UdpSinkStage
    extends AbstractGraphStageWithMaterializedValue<SinkShape<UdpSend>, CompletionStage<Done>> {
  private final Inlet<UdpSend> in = Inlet.create("UdpSinkStage.in");
  private final SinkShape<UdpSend> shape = SinkShape.of(in);
  private final UdpHandle handle;

  /** Of one socket. */
  public UdpSinkStage(UdpHandle handle) {
    this.handle = handle;
  }

  @Override
  public SinkShape<UdpSend> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, CompletionStage<Done>> createLogicAndMaterializedValuePair(
      Attributes attributes) {
    Logic logic = new Logic();
    return new Pair<>(logic, logic.done);
  }

  private final class Logic extends GraphStageLogic {
    private final CompletableFuture<Done> done = new CompletableFuture<>();
    private final AsyncCallback<Optional<Throwable>> sent = createAsyncCallback(this::onSent);
    private final AsyncCallback<Throwable> failed = createAsyncCallback(this::fail);
    private boolean owner;
    private boolean sending;
    private boolean finished;

    Logic() {
      super(shape);
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              sending = true;
              handle.port().send(grab(in), failure -> sent.invoke(Optional.ofNullable(failure)));
            }

            @Override
            public void onUpstreamFinish() {
              finished = true;
              if (!sending) {
                end();
              }
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              fail(failure);
            }
          });
    }

    @Override
    public void preStart() {
      owner = handle.takeWrite();
      if (!owner) {
        Throwable refused =
            new AlreadyMaterializedException("writable: taken (expected: materialized once)");
        failStage(refused);
        done.completeExceptionally(refused);
        return;
      }
      setKeepGoing(true);
      var unused =
          handle
              .port()
              .closed()
              .whenComplete(
                  (ended, failure) -> {
                    if (failure != null) {
                      failed.invoke(handle.failure(failure));
                    }
                  });
      pull(in);
    }

    @Override
    public void postStop() {
      if (owner && !done.isDone()) {
        Throwable abrupt = new AbruptStageTerminationException(this);
        handle.writeOver(abrupt);
        done.completeExceptionally(abrupt);
      }
    }

    private void onSent(Optional<Throwable> failure) {
      sending = false;
      if (failure.isPresent()) {
        fail(handle.failure(failure.get()));
      } else if (finished) {
        end();
      } else {
        tryPull(in);
      }
    }

    private void end() {
      handle.writeOver(null);
      completeStage();
      done.complete(Done.getInstance());
    }

    private void fail(Throwable failure) {
      handle.writeOver(failure);
      failStage(failure);
      done.completeExceptionally(failure);
    }
  }
}
