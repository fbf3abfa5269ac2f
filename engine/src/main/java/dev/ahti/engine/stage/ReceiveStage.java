package dev.ahti.engine.stage;

import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * The receiving half of a stream as a Source.
 *
 * <table>
 * <caption>Signals</caption>
 * <tr><th>on the stream</th><th>here</th></tr>
 * <tr><td>bytes</td><td>an element of one or more bytes, on demand</td></tr>
 * <tr><td>FIN</td><td>completes behind the last byte, without demand where the transport saw it</td>
 * </tr>
 * <tr><td>RESET_STREAM</td><td>fails with {@link StreamFailures#reset}</td></tr>
 * <tr><td>session or connection ended</td><td>fails with {@link StreamFailures#lost}</td></tr>
 * <tr><td>STOP_SENDING</td><td>when the downstream cancels, with the code of its cause or 0; with 0
 * when the materializer is shut down</td></tr>
 * </table>
 *
 * <p>Nothing is read from the transport before the first demand. Without demand no credit is
 * granted: what waits for it, in the port, is at most {@code ahti.stream.receive-credit} and one
 * read of the transport.
 *
 * <p>Materialized once; the second time it fails with an {@link IllegalStateException}.
 */
public final class ReceiveStage extends GraphStage<SourceShape<ByteString>> {
  private final Outlet<ByteString> out = Outlet.create("ReceiveStage.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final StreamHandle handle;
  private final StreamFailures failures;

  /** For one stream, with the exceptions its ends become. */
  public ReceiveStage(StreamHandle handle, StreamFailures failures) {
    this.handle = handle;
    this.failures = failures;
  }

  @Override
  public SourceShape<ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new StreamLogic(shape, out, null, handle, failures);
  }
}
