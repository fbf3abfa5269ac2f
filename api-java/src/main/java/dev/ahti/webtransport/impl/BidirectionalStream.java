package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.DuplexStage;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStream;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** Both halves of an engine stream. */
record BidirectionalStream(ApiSession session, StreamHandle handle)
    implements WebTransportBidirectionalStream {

  @Override
  public WebTransportReceiveStream readable() {
    return new ReceiveStream(session, handle);
  }

  @Override
  public WebTransportSendStream writable() {
    return new SendStream(session, handle);
  }

  @Override
  public Flow<ByteString, ByteString, CompletionStage<Done>> flow() {
    return Flow.fromGraph(new DuplexStage(handle, ApiStreamFailures.INSTANCE))
        .addAttributes(Keeps.of(session));
  }
}
