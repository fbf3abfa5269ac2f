package dev.ahti.engine.stage;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * A bidirectional stream as a Flow: what goes in is sent, what was received comes out.
 *
 * <p>One stage for both halves, because materializing is what a short stream costs most. The halves
 * are as independent as on the wire: each maps its signals as {@link SendStage} and {@link
 * ReceiveStage} do, and the end of one, clean or not, leaves the other alone.
 *
 * <p>The future is that of {@link SendStage}. Materialized once, and not when one half already was;
 * otherwise it fails with an {@link IllegalStateException}.
 */
public final class DuplexStage
    extends AbstractGraphStageWithMaterializedValue<
        FlowShape<ByteString, ByteString>, CompletionStage<Done>> {
  private final Inlet<ByteString> in = Inlet.create("DuplexStage.in");
  private final Outlet<ByteString> out = Outlet.create("DuplexStage.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final StreamHandle handle;
  private final StreamFailures failures;

  /** For one stream, with the exceptions its ends become. */
  public DuplexStage(StreamHandle handle, StreamFailures failures) {
    this.handle = handle;
    this.failures = failures;
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, CompletionStage<Done>> createLogicAndMaterializedValuePair(
      Attributes attributes) {
    StreamLogic logic = new StreamLogic(shape, out, in, handle, failures);
    return new Pair<>(logic, logic.done());
  }
}
