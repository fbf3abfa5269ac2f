package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ApplicationProtocols;
import dev.ahti.engine.dialect.ConnectResponse;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.SessionInput;
import dev.ahti.engine.wire.Fields;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The final answer to the request of a client's session, and what it means. Used inside the
 * session's actor only.
 */
final class ClientAnswer {
  private final SessionSetup setup;
  private final SessionEffects effects;
  private ConnectResponse.@Nullable Reading answer;

  ClientAnswer(SessionSetup setup, SessionEffects effects) {
    this.setup = setup;
    this.effects = effects;
  }

  /** It came; {@code false} when one came before. */
  boolean came(ConnectResponse.Reading reading) {
    if (answer != null) {
      return false;
    }
    answer = reading;
    return true;
  }

  /** How long the server may take for it, from the request on. */
  Duration limit() {
    return setup.parts().settings().dialer().answerTimeout();
  }

  /** What it is to the session that none came in that time. */
  SessionInput overdue() {
    setup.parts().gauges().counter(Gauges.ANSWERS_MISSING).increment();
    String target =
        setup.opening() instanceof SessionOpening.Dialing dialing
            ? dialing.attempt().call().target()
            : setup.remoteAddress().toString();
    return new SessionInput.LocalAbort(
        Http3ErrorCode.H3_REQUEST_CANCELLED,
        "no session with "
            + target
            + ": connected, and the request not answered within "
            + limit().toMillis()
            + " ms (ahti.dialer.answer-timeout)");
  }

  /**
   * What it is to the session. A 2xx counts once the session is attached.
   *
   * @return {@code null} while it is nothing
   */
  @Nullable SessionInput meaning() {
    if (answer instanceof ConnectResponse.Refused refused) {
      return new SessionInput.Refused(
          refused.status(), "the server refused the session with " + refused.status());
    }
    if (answer instanceof ConnectResponse.Malformed malformed) {
      return new SessionInput.Violated(malformed.violation());
    }
    return answer instanceof ConnectResponse.Accepted accepted ? agree(accepted.fields()) : null;
  }

  private @Nullable SessionInput agree(Fields fields) {
    ApplicationProtocols.Outcome outcome =
        ApplicationProtocols.outcome(setup.dialect(), setup.protocols(), fields);
    if (outcome instanceof ApplicationProtocols.Failed failed) {
      return new SessionInput.Violated(failed.violation());
    }
    if (effects.isAttached() && outcome instanceof ApplicationProtocols.Agreed agreed) {
      effects.response(fields, agreed.protocol());
      return new SessionInput.Established();
    }
    return null;
  }
}
