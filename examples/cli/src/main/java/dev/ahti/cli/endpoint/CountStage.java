package dev.ahti.cli.endpoint;

import java.nio.charset.StandardCharsets;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Takes everything at once and gives one element, the count of bytes in decimal: at the end, or
 * when the total that the first eight bytes declare is reached. It goes on reading to the end.
 */
final class CountStage extends GraphStage<FlowShape<ByteString, ByteString>> {
  private static final int HEADER = Long.BYTES;

  private final Inlet<ByteString> in = Inlet.create("CountStage.in");
  private final Outlet<ByteString> out = Outlet.create("CountStage.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private long count;
    private long declared;
    private boolean answered;

    Logic() {
      super(shape);
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              take(grab(in));
              pull(in);
            }

            @Override
            public void onUpstreamFinish() {
              answer();
              if (isClosed(out)) {
                completeStage();
              }
            }
          });
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              // The one element is emitted when it is known.
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              // Nobody wants the answer; the bytes are still taken, so that the peer can finish.
            }
          });
    }

    @Override
    public void preStart() {
      pull(in);
    }

    private void take(ByteString bytes) {
      for (int i = 0; i < bytes.length() && count + i < HEADER; i++) {
        declared = declared << Byte.SIZE | bytes.apply(i) & 0xff;
      }
      count += bytes.length();
      if (declared >= HEADER && count >= declared) {
        answer();
      }
    }

    private void answer() {
      if (!answered && !isClosed(out)) {
        answered = true;
        emit(
            out,
            ByteString.fromString(Long.toString(count), StandardCharsets.US_ASCII),
            this::answerTaken);
      }
    }

    private void answerTaken() {
      complete(out);
      if (isClosed(in)) {
        completeStage();
      }
    }
  }
}
