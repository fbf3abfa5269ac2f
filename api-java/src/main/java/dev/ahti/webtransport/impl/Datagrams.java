package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.stage.DatagramSinkStage;
import dev.ahti.engine.stage.DatagramSourceStage;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportError;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The datagrams of a session that is there, or that is still being dialled. */
record Datagrams(ApiSession session) implements WebTransportDatagramDuplexStream {

  @Override
  public Source<ByteString, NotUsed> readable() {
    return session.later(
        handle ->
            Source.fromGraph(
                new DatagramSourceStage(handle.datagramReader(), why -> failure(handle, why))));
  }

  @Override
  public WebTransportDatagramsWritable createWritable() {
    return () ->
        session.laterSink(
            handle ->
                Sink.fromGraph(
                    new DatagramSinkStage(
                        handle.newDatagramWriter(), why -> failure(handle, why))));
  }

  @Override
  public int maxDatagramSize() {
    return session.require().datagrams().maxSize();
  }

  /** Nothing after a clean close, which is told before its datagrams end. */
  private static @Nullable Throwable failure(SessionHandle session, String why) {
    CompletableFuture<SessionEnd> closed = session.closed();
    boolean clean = closed.isDone() && !closed.isCompletedExceptionally();
    return clean ? null : WebTransportError.session(why);
  }
}
