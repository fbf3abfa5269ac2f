package dev.ahti.bench.ahti;

import dev.ahti.bench.BenchException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/** Emits one message, waits for its whole echo, and so on; then completes. */
final class PingPong
    extends AbstractGraphStageWithMaterializedValue<
        FlowShape<ByteString, ByteString>, CompletionStage<long[]>> {
  private final Inlet<ByteString> echoes = Inlet.create("PingPong.in");
  private final Outlet<ByteString> messages = Outlet.create("PingPong.out");
  private final int count;
  private final int size;

  PingPong(int count, int size) {
    this.count = count;
    this.size = size;
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return FlowShape.of(echoes, messages);
  }

  @Override
  public Pair<GraphStageLogic, CompletionStage<long[]>> createLogicAndMaterializedValuePair(
      Attributes attributes) {
    CompletableFuture<long[]> result = new CompletableFuture<>();
    return Pair.create(new Logic(result), result);
  }

  private final class Logic extends GraphStageLogic {
    private final CompletableFuture<long[]> result;
    private final long[] nanos = new long[count];
    private int done;
    private int received;
    private long sentAt;

    Logic(CompletableFuture<long[]> result) {
      super(shape());
      this.result = result;
      setHandler(
          messages,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (received == 0 && !hasBeenPulled(echoes)) {
                send();
              }
            }
          });
      setHandler(
          echoes,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              receive(grab(echoes));
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              fail(failure);
            }
          });
    }

    private void send() {
      byte[] message = new byte[size];
      message[0] = (byte) done;
      sentAt = System.nanoTime();
      push(messages, ByteString.fromArrayUnsafe(message));
      if (!hasBeenPulled(echoes)) {
        pull(echoes);
      }
    }

    private void receive(ByteString bytes) {
      if (received == 0 && bytes.head() != (byte) done) {
        fail(new BenchException("the echo is not what was sent"));
        return;
      }
      received += bytes.size();
      if (received > size) {
        fail(new BenchException("the echo is longer than what was sent"));
        return;
      }
      if (received < size) {
        pull(echoes);
        return;
      }
      nanos[done++] = System.nanoTime() - sentAt;
      received = 0;
      if (done == count) {
        result.complete(nanos);
        completeStage();
      } else if (isAvailable(messages)) {
        send();
      }
    }

    private void fail(Throwable failure) {
      result.completeExceptionally(failure);
      failStage(failure);
    }

    @Override
    public void postStop() {
      result.completeExceptionally(new BenchException("the stream ended before its exchange did"));
    }
  }
}
