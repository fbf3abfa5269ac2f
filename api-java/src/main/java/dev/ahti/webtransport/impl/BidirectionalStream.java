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
record BidirectionalStream(ReceiveStream receiving, SendStream sending)
    implements WebTransportBidirectionalStream {

  /** One that the peer opened. */
  BidirectionalStream(ApiSession session, StreamHandle handle) {
    this(new SendStream(session, handle));
  }

  BidirectionalStream(SendStream sending) {
    this(new ReceiveStream(sending.session(), sending.handle()), sending);
  }

  @Override
  public WebTransportReceiveStream readable() {
    return receiving;
  }

  @Override
  public WebTransportSendStream writable() {
    return sending;
  }

  @Override
  public Flow<ByteString, ByteString, CompletionStage<Done>> flow() {
    return Flow.fromGraph(new DuplexStage(sending.handle(), sending.failures()))
        .addAttributes(Keeps.of(sending.session()))
        .mapMaterializedValue(sending::watched);
  }
}
