package dev.ahti.bench.raw;

import dev.ahti.bench.BenchSession;
import dev.ahti.bench.DatagramWindow;
import dev.ahti.bench.Receipt;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The exchanges on one QUIC connection; all work happens in handlers on its event loop. */
final class RawSession implements BenchSession {
  private final Channel udp;
  private final QuicChannel connection;
  private final RawDatagramLoad datagrams;

  RawSession(Channel udp, QuicChannel connection, RawDatagramLoad datagrams) {
    this.udp = udp;
    this.connection = connection;
    this.datagrams = datagrams;
  }

  @Override
  public CompletionStage<Receipt> upload(long bytes) {
    CompletableFuture<Receipt> result = new CompletableFuture<>();
    open(result, new RawSender(bytes), new RawReceiptReader(result));
    return result;
  }

  @Override
  public CompletionStage<Receipt> download(long bytes) {
    CompletableFuture<Receipt> result = new CompletableFuture<>();
    open(result, new RawReceiver(bytes, result));
    return result;
  }

  @Override
  public CompletionStage<Done> exchangeStreams(int count, int window, int size) {
    RawStreamLoad load = new RawStreamLoad(connection, count, size);
    connection.eventLoop().execute(() -> load.start(window));
    return load.result();
  }

  @Override
  public CompletionStage<long[]> pingPong(int count, int size) {
    CompletableFuture<long[]> result = new CompletableFuture<>();
    open(result, new RawPingPong(count, size, result));
    return result;
  }

  @Override
  public CompletionStage<Done> exchangeDatagrams(DatagramWindow window, int size) {
    return datagrams.start(connection, window, size);
  }

  @Override
  public void close() {
    Waits.result(connection.close(), "closing a raw connection");
    Waits.result(udp.close(), "closing a UDP channel");
  }

  private void open(CompletableFuture<?> result, ChannelHandler... handlers) {
    Waits.failWith(
        result,
        connection.createStream(
            QuicStreamType.BIDIRECTIONAL,
            new ChannelInitializer<QuicStreamChannel>() {
              @Override
              protected void initChannel(QuicStreamChannel stream) {
                stream.pipeline().addLast(handlers);
              }
            }));
  }
}
