package dev.ahti.engine.actor;

import com.typesafe.config.Config;

/**
 * {@code ahti.http}: plain requests.
 *
 * @param requestBody bytes of the body of one request
 * @param requestBodies bytes of the bodies of all requests of the actor system that are held
 * @param streamedAnswers answers of one connection whose body is a stream
 * @param streamedAnswersOfPrefix those of the clients of one prefix
 * @param streamedAnswersOfAll those of the actor system
 */
public record HttpSettings(
    long requestBody,
    long requestBodies,
    int streamedAnswers,
    int streamedAnswersOfPrefix,
    int streamedAnswersOfAll) {

  /** Checks the bounds. */
  public HttpSettings {
    EngineSettings.positive("ahti.http.request-body", requestBody);
    EngineSettings.positive("ahti.http.request-bodies", requestBodies);
    EngineSettings.positive("ahti.http.streamed-answers", streamedAnswers);
    EngineSettings.positive("ahti.http.streamed-answers-of-prefix", streamedAnswersOfPrefix);
    EngineSettings.positive("ahti.http.streamed-answers-of-all", streamedAnswersOfAll);
  }

  static HttpSettings create(Config config) {
    return new HttpSettings(
        config.getBytes("request-body"),
        config.getBytes("request-bodies"),
        config.getInt("streamed-answers"),
        config.getInt("streamed-answers-of-prefix"),
        config.getInt("streamed-answers-of-all"));
  }
}
