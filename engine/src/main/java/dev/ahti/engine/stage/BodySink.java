package dev.ahti.engine.stage;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.StreamPort;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * The body of an answer as a Sink: an element goes to the port, which says when it has room for the
 * next one. Upstream's end is the end of the stream; its failure resets it with H3_INTERNAL_ERROR,
 * as a body that is cut must not look whole. When the client or the connection has ended the
 * stream, upstream is cancelled. For one port, and materialized once.
 */
public final class BodySink extends GraphStage<SinkShape<ByteString>> {
  private final Inlet<ByteString> in = Inlet.create("BodySink.in");
  private final SinkShape<ByteString> shape = SinkShape.of(in);
  private final StreamPort port;

  /** For the port of a request whose header was answered. */
  public BodySink(StreamPort port) {
    this.port = port;
  }

  @Override
  public SinkShape<ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final AsyncCallback<Done> woken = createAsyncCallback(any -> onWritable());
    private boolean full;
    private boolean over;

    Logic() {
      super(shape);
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              write(grab(in));
            }

            @Override
            public void onUpstreamFinish() {
              over = true;
              port.finish();
              completeStage();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              materializer().system().log().error(failure, "The body of {} failed", port);
              abort();
              failStage(failure);
            }
          });
    }

    @Override
    public void preStart() {
      port.onWritable(() -> woken.invoke(Done.getInstance()));
      onWritable();
      if (!isClosed(in)) {
        tryPull(in);
      }
    }

    private void write(ByteString bytes) {
      full = !bytes.isEmpty() && !port.offer(bytes);
      if (!full) {
        tryPull(in);
      }
    }

    private void onWritable() {
      if (port.ended() != null) {
        over = true;
        cancel(in);
        completeStage();
      } else if (full) {
        full = false;
        tryPull(in);
      }
    }

    private void abort() {
      over = true;
      port.reset(Http3ErrorCode.H3_INTERNAL_ERROR);
    }

    @Override
    public void postStop() {
      port.onWritable(() -> {});
      if (!over) {
        // The materializer was shut down.
        abort();
      }
    }
  }
}
