package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.PrefixLevels;

/** What the clients of one prefix hold of what all share, and what they may. Any thread. */
final class PrefixShare {
  private final PrefixLevels levels;
  private final long mostStreams;
  private final long mostQueuedBytes;
  private final int mostAnswers;

  PrefixShare(PrefixLevels levels, EngineSettings settings) {
    EngineSettings.Admission admission = settings.listener().admission();
    this.levels = levels;
    this.mostStreams = admission.streamsOfPrefix();
    this.mostQueuedBytes = admission.queuedBytesOfPrefix();
    this.mostAnswers = settings.http().streamedAnswersOfPrefix();
  }

  /** Whether a stream is one too many, which is counted already. */
  boolean refusesStream() {
    return levels.streams().value() > mostStreams || tooMuchIsQueued();
  }

  /** Whether an answer whose body is a stream would be one too many. */
  boolean refusesAnswer() {
    return levels.streamedAnswers().value() >= mostAnswers || tooMuchIsQueued();
  }

  private boolean tooMuchIsQueued() {
    return levels.queuedBytes() > mostQueuedBytes;
  }

  /** Counts answers whose body is a stream, those of all among them. */
  Level streamedAnswers() {
    return levels.streamedAnswers();
  }
}
