package dev.ahti.engine.stage;

import dev.ahti.engine.wire.VarInt;
import java.util.function.Function;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * From bytes in whatever pieces to messages, each of which has its length as a QUIC variable-length
 * integer in front. Holds at most one message and one piece.
 */
public final class MessageDecoderStage extends GraphStage<FlowShape<ByteString, ByteString>> {
  private final Inlet<ByteString> in = Inlet.create("MessageDecoder.in");
  private final Outlet<ByteString> out = Outlet.create("MessageDecoder.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final long limit;
  private final Function<String, ? extends Throwable> failure;

  /**
   * Decodes messages up to a limit.
   *
   * @param limit the most bytes of one message
   * @param failure what the stage fails with, from what was wrong
   */
  public MessageDecoderStage(long limit, Function<String, ? extends Throwable> failure) {
    this.limit = limit;
    this.failure = failure;
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private static final int LENGTH_UNKNOWN = -1;

    private ByteString held = ByteString.emptyByteString();
    private long length = LENGTH_UNKNOWN;

    Logic() {
      super(shape);
      setHandlers(
          in,
          out,
          new AbstractInOutHandler() {
            @Override
            public void onPush() {
              held = held.concat(grab(in));
              proceed();
            }

            @Override
            public void onPull() {
              proceed();
            }

            @Override
            public void onUpstreamFinish() {
              if (held.isEmpty() && length == LENGTH_UNKNOWN) {
                completeStage();
              } else if (isAvailable(out)) {
                proceed();
              }
              // Else what is held is looked at when it is asked for.
            }
          });
    }

    private void proceed() {
      readLength();
      if (length > limit) {
        failStage(
            failure.apply("a message of " + length + " bytes (expected: at most " + limit + ")"));
      } else if (length != LENGTH_UNKNOWN && held.length() >= length) {
        ByteString message = held.take((int) length);
        held = held.drop((int) length).compact();
        length = LENGTH_UNKNOWN;
        push(out, message);
        if (isClosed(in) && held.isEmpty()) {
          completeStage();
        }
      } else if (isClosed(in)) {
        failStage(
            failure.apply(
                "the stream ended within a message, "
                    + held.length()
                    + " bytes behind "
                    + (length == LENGTH_UNKNOWN ? "no whole length" : "a length of " + length)));
      } else if (!hasBeenPulled(in)) {
        pull(in);
      }
    }

    private void readLength() {
      if (length != LENGTH_UNKNOWN || held.isEmpty()) {
        return;
      }
      byte first = held.apply(0);
      int size = VarInt.lengthOf(first);
      if (held.length() < size) {
        return;
      }
      long value = first & 0x3f;
      for (int i = 1; i < size; i++) {
        value = value << 8 | held.apply(i) & 0xff;
      }
      held = held.drop(size);
      length = value;
    }
  }
}
