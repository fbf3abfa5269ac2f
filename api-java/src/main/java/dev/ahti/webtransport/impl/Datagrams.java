package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.stage.DatagramSinkStage;
import dev.ahti.engine.stage.DatagramSourceStage;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The datagrams of a session that is there, or that is still being dialled. */
record Datagrams(ApiSession session, EngineSettings.Datagrams settings)
    implements WebTransportDatagramDuplexStream {

  @Override
  public Source<ByteString, NotUsed> readable() {
    return session.later(
        handle ->
            Source.fromGraph(new DatagramSourceStage(handle.datagramReader(), session::ended)));
  }

  @Override
  public WebTransportDatagramsWritable createWritable() {
    return () ->
        Sink.fromGraph(
                new DatagramSinkStage(session.datagramWriter(settings::outgoing), session::ended))
            .addAttributes(Keeps.of(session));
  }

  @Override
  public int maxDatagramSize() {
    return session.require().datagrams().maxSize();
  }
}
