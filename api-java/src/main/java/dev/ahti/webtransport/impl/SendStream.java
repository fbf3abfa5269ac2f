package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.SendStage;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransportSendStream;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** The sending half of an engine stream. */
record SendStream(ApiSession session, StreamHandle handle) implements WebTransportSendStream {

  @Override
  public Sink<ByteString, CompletionStage<Done>> sink() {
    return Sink.fromGraph(new SendStage(handle, ApiStreamFailures.INSTANCE))
        .addAttributes(Keeps.of(session));
  }

  @Override
  public void abort(long code) {
    handle.control().reset(code);
  }
}
