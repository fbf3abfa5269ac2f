package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEnd;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.StreamEnd;
import dev.ahti.webtransport.handler.WebTransportHandler;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.util.ByteString;

/**
 * Notes every callback, and answers as a test says. Its state counts the callbacks of the session,
 * so that one which got another state than the last that was given is seen.
 */
final class ScriptedHandler implements WebTransportHandler<Integer> {
  final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final Script script;

  /** Answers each callback. */
  interface Script {
    Script SILENT = call -> List.of();

    List<SessionCommand> answer(Call call) throws Exception;

    /** Answers each call of one callback. */
    static Script on(String name, SessionCommand... effects) {
      return call -> call.name().equals(name) ? List.of(effects) : List.of();
    }
  }

  /** One callback and what it got. */
  record Call(int state, String name, List<Object> arguments) {

    <T> T argument(int index, Class<T> type) {
      return type.cast(arguments.get(index));
    }

    SessionStream stream() {
      return argument(0, SessionStream.class);
    }

    String text() {
      return argument(arguments.size() - 1, ByteString.class).utf8String();
    }
  }

  ScriptedHandler(Script script) {
    this.script = script;
  }

  /** What a test does with a session that a handler has begun to run. */
  interface Body {
    void run(ScriptedHandler handler, HandledSession session, HandledEnds ends) throws Exception;
  }

  /** Runs a session with a handler at one end; its first callback has been taken. */
  static void with(SessionEnds.Role role, Script script, Body body) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(script);
    HandledEnds.with(
        role, SessionProgram.of(handler), ends -> body.run(handler, handler.session(), ends));
  }

  /** The next callback, which is this one. */
  Call next(String name) throws InterruptedException {
    Call call = calls.poll(20, TimeUnit.SECONDS);
    assertNotNull(call, "no callback in time, expected: " + name);
    assertEquals(name, call.name(), call::toString);
    return call;
  }

  /**
   * The next callbacks are those of the rest of a stream.
   *
   * @return the last one; what came is the text of all of them, as bytes and their end may come
   *     apart
   */
  Call fin(String text) throws InterruptedException {
    StringBuilder got = new StringBuilder();
    Call call = calls.poll(20, TimeUnit.SECONDS);
    while (call != null && call.name().equals("data")) {
      got.append(call.text());
      call = calls.poll(20, TimeUnit.SECONDS);
    }
    assertNotNull(call, "no callback in time, expected: fin");
    assertEquals("fin", call.name(), call::toString);
    assertEquals(text, got + call.text());
    return call;
  }

  /** No callback has come that was not asked for. */
  void nothingElse() {
    assertTrue(calls.isEmpty(), calls::toString);
  }

  HandledSession session() throws InterruptedException {
    return next("init").argument(0, HandledSession.class);
  }

  private Next<Integer> note(int state, String name, Object... arguments) throws Exception {
    Call call = new Call(state, name, List.of(arguments));
    calls.add(call);
    List<SessionCommand> effects = script.answer(call);
    return new Next<>(state + 1, effects);
  }

  @Override
  public Next<Integer> init(HandledSession session, Config options) throws Exception {
    return note(0, "init", session, options);
  }

  @Override
  public Next<Integer> onStreamOpened(Integer state, SessionStream stream, Object tag)
      throws Exception {
    return note(state, "opened", stream, tag);
  }

  @Override
  public Next<Integer> onStreamData(Integer state, SessionStream stream, ByteString data)
      throws Exception {
    return note(state, "data", stream, data);
  }

  @Override
  public Next<Integer> onStreamFin(Integer state, SessionStream stream, ByteString data)
      throws Exception {
    return note(state, "fin", stream, data);
  }

  @Override
  public Next<Integer> onDatagram(Integer state, ByteString data) throws Exception {
    return note(state, "datagram", data);
  }

  @Override
  public Next<Integer> onStreamWritable(Integer state, SessionStream stream) throws Exception {
    return note(state, "writable", stream);
  }

  @Override
  public Next<Integer> onStreamClosed(Integer state, SessionStream stream, StreamEnd end)
      throws Exception {
    return note(state, "closed", stream, end);
  }

  @Override
  public Next<Integer> onInfo(Integer state, Object message) throws Exception {
    return note(state, "info", message);
  }

  @Override
  public Next<Integer> onDraining(Integer state) throws Exception {
    return note(state, "draining");
  }

  @Override
  public Next<Integer> onActionFailed(Integer state, SessionCommand command, Throwable reason)
      throws Exception {
    return note(state, "failed", command, reason);
  }

  @Override
  public void terminate(Integer state, SessionEnd end) throws Exception {
    note(state, "terminate", end);
  }
}
