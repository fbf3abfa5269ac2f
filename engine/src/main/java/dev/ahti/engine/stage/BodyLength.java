package dev.ahti.engine.stage;

import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Lets so many bytes pass: what is more is cut, and upstream cancelled; an end before them is a
 * failure. So a body is as long as its {@code content-length} says, or is seen to be cut (RFC 9110
 * 8.6).
 */
public final class BodyLength extends GraphStage<FlowShape<ByteString, ByteString>> {
  private final Inlet<ByteString> in = Inlet.create("BodyLength.in");
  private final Outlet<ByteString> out = Outlet.create("BodyLength.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final long length;

  /**
   * For bodies of one length.
   *
   * @param length bytes, above zero
   */
  public BodyLength(long length) {
    this.length = length;
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
    private long left = length;

    Logic() {
      super(shape);
      AbstractInOutHandler handler =
          new AbstractInOutHandler() {
            @Override
            public void onPush() {
              pass(grab(in));
            }

            @Override
            public void onPull() {
              pull(in);
            }

            @Override
            public void onUpstreamFinish() {
              failStage(
                  new IllegalStateException(
                      "body: ended " + left + " bytes before its content-length"));
            }
          };
      setHandler(in, handler);
      setHandler(out, handler);
    }

    private void pass(ByteString bytes) {
      boolean last = bytes.length() >= left;
      push(out, last ? bytes.take((int) left) : bytes);
      left -= Math.min(left, bytes.length());
      if (last) {
        completeStage();
      }
    }
  }
}
