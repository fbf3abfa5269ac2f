package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.ReceiveStage;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransportReceiveStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The receiving half of an engine stream. */
record ReceiveStream(ApiSession session, StreamHandle handle) implements WebTransportReceiveStream {

  @Override
  public Source<ByteString, NotUsed> source() {
    return Source.fromGraph(new ReceiveStage(handle, ApiStreamFailures.INSTANCE))
        .addAttributes(Keeps.of(session));
  }

  @Override
  public void cancel(long code) {
    handle.control().stopSending(code);
  }
}
