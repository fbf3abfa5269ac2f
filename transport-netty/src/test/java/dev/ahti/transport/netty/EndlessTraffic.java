package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.stage.EngineStreamFailures;
import dev.ahti.engine.stage.ReceiveStage;
import dev.ahti.engine.stage.SendStage;
import dev.ahti.engine.stage.StreamFailure;
import dev.ahti.engine.stage.StreamHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Reads and writes streams without an end of its own, and keeps how each half ended. */
final class EndlessTraffic {
  private static final int CHUNK = 16 * 1024;

  private final ActorSystem<?> system;
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  EndlessTraffic(ActorSystem<?> system) {
    this.system = system;
  }

  /** Takes whatever comes. */
  void read(StreamHandle stream) {
    ended(
        "source",
        Source.fromGraph(new ReceiveStage(stream, EngineStreamFailures.INSTANCE))
            .runWith(Sink.ignore(), system));
  }

  /** Writes as much as the peer takes. */
  void write(StreamHandle stream) {
    Source<ByteString, NotUsed> endless = Source.repeat(ByteString.fromArray(new byte[CHUNK]));
    ended(
        "sink",
        endless
            .toMat(
                Sink.fromGraph(new SendStage(stream, EngineStreamFailures.INSTANCE)), Keep.right())
            .run(system));
  }

  private void ended(String which, CompletionStage<?> end) {
    end.whenComplete(
        (done, failure) -> {
          Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
          ends.add(
              which
                  + " "
                  + (cause instanceof StreamFailure lost ? lost.kind() : "ended: " + cause));
        });
  }

  /** How many halves have ended and were not asked for. */
  int ended() {
    return ends.size();
  }

  /** Waits until so many halves have ended: each as lost, and each once. */
  void allLost(int sources, int sinks) {
    Map<String, Integer> counted = new HashMap<>(Map.of("source LOST", 0, "sink LOST", 0));
    for (int i = 0; i < sources + sinks; i++) {
      counted.merge(EngineNet.next(ends, "an end"), 1, Integer::sum);
    }
    assertEquals(Map.of("source LOST", sources, "sink LOST", sinks), counted);
    assertEquals(0, ended());
  }
}
