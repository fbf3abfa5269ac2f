package dev.ahti.bench;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a run is; says nothing where nobody looks. */
interface Progress extends AutoCloseable {
  /** What is being done now. */
  void note(String what);

  /** One round is done. */
  void step();

  @Override
  void close();

  /** A bar on stderr when this process has a terminal, else nothing. */
  static Progress open(int steps) {
    // A console exists when stdin and stdout are a terminal: then a person is likely to watch.
    return System.console() == null ? new Silent() : new Bar(steps);
  }

  /** For files and pipes. */
  final class Silent implements Progress {
    @Override
    public void note(String what) {}

    @Override
    public void step() {}

    @Override
    public void close() {}
  }

  /** For people. */
  final class Bar implements Progress {
    private final ProgressBar bar;

    Bar(int steps) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("bench")
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(500)
              .build();
    }

    @Override
    public void note(String what) {
      bar.setExtraMessage(what);
    }

    @Override
    public void step() {
      bar.step();
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
