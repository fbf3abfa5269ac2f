package dev.ahti.engine.stage;

import dev.ahti.engine.spi.UdpPacket;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * The messages of a UDP socket, one an element; what nobody asks for waits in the port's queue.
 * Cancelled, what comes is dropped. Fails at once when the socket does. Materialized once; the
 * second time it fails with an {@link IllegalStateException}.
 */
public final class UdpSourceStage extends GraphStage<SourceShape<UdpPacket>> {
  private final Outlet<UdpPacket> out = Outlet.create("UdpSourceStage.out");
  private final SourceShape<UdpPacket> shape = SourceShape.of(out);
  private final UdpHandle handle;

  /** Of one socket. */
  public UdpSourceStage(UdpHandle handle) {
    this.handle = handle;
  }

  @Override
  public SourceShape<UdpPacket> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final WakeUp wake = new WakeUp(createAsyncCallback(any -> onWake()));
    private final AsyncCallback<Done> ended = createAsyncCallback(any -> completeStage());
    private final AsyncCallback<Throwable> failed = createAsyncCallback(this::failStage);
    private boolean owner;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              deliver();
            }
          });
    }

    @Override
    public void preStart() {
      owner = handle.takeRead();
      if (!owner) {
        failStage(
            new AlreadyMaterializedException("readable: taken (expected: materialized once)"));
        return;
      }
      handle.port().onReadable(wake);
      var unused =
          handle
              .port()
              .closed()
              .whenComplete(
                  (done, failure) -> {
                    if (failure == null) {
                      ended.invoke(Done.getInstance());
                    } else {
                      failed.invoke(handle.failure(failure));
                    }
                  });
    }

    @Override
    public void postStop() {
      if (owner) {
        handle.readOver(null);
        handle.port().onReadable(StreamLogic.NOBODY);
      }
    }

    private void onWake() {
      wake.taken();
      deliver();
    }

    private void deliver() {
      if (owner && isAvailable(out)) {
        UdpPacket next = handle.port().poll();
        if (next != null) {
          push(out, next);
        }
      }
    }
  }
}
