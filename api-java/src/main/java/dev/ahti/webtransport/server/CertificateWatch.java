package dev.ahti.webtransport.server;

import dev.ahti.engine.gauge.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Looks at a listener's certificate files, and shows what they hold once they have changed. It
 * blocks, so it has its own dispatcher.
 *
 * <p>Files are looked at, not listened for: a look sees what is behind a name, however it came
 * there (written in place, renamed, a link set anew, another machine's disk). Files that have
 * changed are read at the second look that finds them the same, as nobody says when a writer is
 * done, or that both of two files are new. What cannot be used is told once, and the certificate of
 * before stays until the files change again.
 *
 * <p>Bounds: one state of each file, and one timer.
 */
final class CertificateWatch extends AbstractBehavior<CertificateWatch.Command> {

  sealed interface Command {}

  private enum Look implements Command {
    INSTANCE
  }

  /**
   * Files to look at.
   *
   * @param hostName whose certificate they hold; empty for that of every other host
   * @param state how they were found before they were read
   */
  record Entry(Optional<String> hostName, CertificateFiles files, CertificateFiles.State state) {}

  /** The same, as it goes on. */
  private static final class Watched {
    private final Entry entry;

    /** Of what is shown, or was refused. */
    private CertificateFiles.State settled;

    private CertificateFiles.State last;

    Watched(Entry entry) {
      this.entry = entry;
      this.settled = entry.state();
      this.last = entry.state();
    }
  }

  private final ServedCertificates served;
  private final Counter refused;
  private final List<Watched> watched;

  /**
   * For a listener.
   *
   * @param refused counts contents that could not be used
   * @param interval from look to look
   */
  static Behavior<?> create(
      ServedCertificates served, Counter refused, List<Entry> entries, Duration interval) {
    return Behaviors.<Command>setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Look.INSTANCE, interval);
                  return new CertificateWatch(context, served, refused, entries);
                }));
  }

  private CertificateWatch(
      ActorContext<Command> context,
      ServedCertificates served,
      Counter refused,
      List<Entry> entries) {
    super(context);
    context.setLoggerName(CertificateWatch.class);
    this.served = served;
    this.refused = refused;
    this.watched = entries.stream().map(Watched::new).toList();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onMessage(Look.class, this::onLook).build();
  }

  private Behavior<Command> onLook(Look look) {
    watched.forEach(this::look);
    return this;
  }

  private void look(Watched one) {
    CertificateFiles.State now = one.entry.files().state();
    boolean atRest = now.equals(one.last);
    one.last = now;
    if (atRest && !now.equals(one.settled)) {
      read(one, now);
    }
  }

  private void read(Watched one, CertificateFiles.State state) {
    CertificateFiles files = one.entry.files();
    try {
      ServerCertificate certificate = files.read();
      if (isStill(one, state)) {
        served.replace(one.entry.hostName(), certificate);
        getContext().getLog().info("{} changed; their certificate is shown from now on", files);
      }
    } catch (IOException | RuntimeException unusable) {
      if (isStill(one, state)) {
        refused.increment();
        getContext()
            .getLog()
            .warn(
                "{} changed and cannot be used, the certificate of before is shown: {}",
                files,
                unusable.getMessage());
      }
    }
  }

  /** Whether what was read is what was looked at; else a later look sees what it came to. */
  private static boolean isStill(Watched one, CertificateFiles.State state) {
    one.last = one.entry.files().state();
    if (!one.last.equals(state)) {
      return false;
    }
    one.settled = state;
    return true;
  }
}
