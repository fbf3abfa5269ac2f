package dev.ahti.engine.testkit;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What every {@link StreamPort} must do; each check has a new stream. */
public abstract class StreamPortContract extends PortContract {

  /** The application's code 42 (draft-ietf-webtrans-http3 4.6): does not fit into 32 bits. */
  private static final long CODE = 0x52e4a40fa8dbL + 42;

  private static final long END = Http3ErrorCode.H3_NO_ERROR;

  private final List<StreamEnds> opened = new ArrayList<>();

  /** For a subclass. */
  protected StreamPortContract() {}

  /**
   * Opens a new stream.
   *
   * @param near the opener's end
   * @param far completes with the other end when the stream arrived there, unread
   */
  public record Pair(StreamPort near, CompletableFuture<StreamPort> far) {}

  /** Opens a new stream of this kind. */
  protected abstract Pair open(StreamKind kind);

  /** A code for the wire: of 62 bits, unless the binding has fewer. */
  protected long code() {
    return CODE;
  }

  /** Whether its streams are bound to a {@link SessionFlow}; over HTTP/2 they have windows. */
  protected boolean hasSessionFlow() {
    return true;
  }

  @Override
  public final Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
    rules.putAll(new StreamReadRules(this).rules());
    rules.putAll(new StreamEndRules(this).rules());
    if (hasSessionFlow()) {
      rules.putAll(new StreamFlowRules(this).rules());
    }
    rules.putAll(new StreamWholeRules(this).rules());
    rules.replaceAll((name, rule) -> () -> runAndEnd(rule));
    return rules;
  }

  /** Streams that a rule leaves open would share limits with those of the next. */
  private void runAndEnd(Runnable rule) {
    try {
      rule.run();
    } finally {
      for (StreamEnds ends : opened) {
        for (StreamPort port : List.of(ends.near(), ends.far())) {
          port.reset(END);
          port.stopSending(END);
        }
      }
      opened.clear();
    }
  }

  final StreamEnds ends(StreamKind kind) {
    Pair pair = open(kind);
    holds("the stream arrived", pair.far()::isDone);
    StreamEnds ends = new StreamEnds(pair.near(), pair.far().join());
    opened.add(ends);
    return ends;
  }
}
