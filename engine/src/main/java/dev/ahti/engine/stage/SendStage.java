package dev.ahti.engine.stage;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * The sending half of a stream as a Sink.
 *
 * <table>
 * <caption>Signals</caption>
 * <tr><th>here</th><th>on the stream</th></tr>
 * <tr><td>an element</td><td>its bytes, split and merged as the transport likes; an empty one is
 * skipped</td></tr>
 * <tr><td>upstream finishes</td><td>FIN behind the last byte</td></tr>
 * <tr><td>upstream fails</td><td>RESET_STREAM with the failure's code or 0</td></tr>
 * <tr><td>materializer shut down</td><td>RESET_STREAM with 0</td></tr>
 * <tr><td>cancels with {@link StreamFailures#stopped}</td><td>STOP_SENDING came</td></tr>
 * <tr><td>cancels with {@link StreamFailures#lost}</td><td>session or connection ended</td></tr>
 * </table>
 *
 * <p>The future completes when the transport accepted the FIN (not: when the peer acknowledged it)
 * and fails with what the stream ended with otherwise. Its callbacks run inside the stage and must
 * not block.
 *
 * <p>Materialized once; the second time it fails with an {@link IllegalStateException}.
 */
public final class SendStage
    extends AbstractGraphStageWithMaterializedValue<SinkShape<ByteString>, CompletionStage<Done>> {
  private final Inlet<ByteString> in = Inlet.create("SendStage.in");
  private final SinkShape<ByteString> shape = SinkShape.of(in);
  private final StreamHandle handle;
  private final StreamFailures failures;

  /** For one stream, with the exceptions its ends become. */
  public SendStage(StreamHandle handle, StreamFailures failures) {
    this.handle = handle;
    this.failures = failures;
  }

  @Override
  public SinkShape<ByteString> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, CompletionStage<Done>> createLogicAndMaterializedValuePair(
      Attributes attributes) {
    StreamLogic logic = new StreamLogic(shape, null, in, handle, failures);
    return new Pair<>(logic, logic.done());
  }
}
