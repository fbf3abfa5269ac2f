package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerCredentials;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.dispatch.Dispatchers;

/**
 * What a listener starts with, and what keeps its certificates fresh.
 *
 * @param shown what it shows first
 * @param watched what comes from files
 */
record StartingCertificates(ServedCertificates.Shown shown, List<CertificateWatch.Entry> watched) {

  /**
   * Reads files on Pekko's dispatcher for blocking work, and does everything else at once.
   *
   * @return fails with an {@link IOException} that names the file which cannot be used
   */
  static CompletableFuture<StartingCertificates> read(
      ClassicActorSystemProvider system, Ahti ahti, WebTransportServer.Config config) {
    CompletableFuture<StartingCertificates> read = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            read.complete(read(ahti.settings().listener().certificates(), config));
          } catch (IOException | RuntimeException unusable) {
            read.completeExceptionally(unusable);
          }
        };
    if (!config.hasFiles()) {
      task.run();
      return read;
    }
    try {
      system
          .classicSystem()
          .dispatchers()
          .lookup(Dispatchers.DefaultBlockingDispatcherId())
          .execute(task);
    } catch (RuntimeException terminated) {
      read.completeExceptionally(terminated);
    }
    return read;
  }

  private static StartingCertificates read(
      EngineSettings.Certificates settings, WebTransportServer.Config config) throws IOException {
    List<CertificateWatch.Entry> watched = new ArrayList<>();
    Map<String, ServerCertificate> byHostName = new HashMap<>();
    for (Map.Entry<String, CertificateOrigin> one : config.tls().byHostName().entrySet()) {
      byHostName.put(one.getKey(), read(one.getValue(), Optional.of(one.getKey()), watched));
    }
    Optional<CertificateRotation> rotation = Optional.empty();
    ServerCertificate fallback;
    if (config.certificate() instanceof CertificateOrigin.Rotating rotating) {
      CertificateRotation first =
          CertificateRotation.start(
              new CertificateRotation.Times(settings.rotation(), settings.overlap()),
              rotating.names().isEmpty() ? List.of(config.host()) : rotating.names(),
              InstantSource.system().instant());
      rotation = Optional.of(first);
      fallback = first.current();
    } else {
      fallback = read(config.certificate(), Optional.empty(), watched);
    }
    return new StartingCertificates(
        new ServedCertificates.Shown(fallback, rotation, Map.copyOf(byHostName)),
        List.copyOf(watched));
  }

  private static ServerCertificate read(
      CertificateOrigin origin, Optional<String> hostName, List<CertificateWatch.Entry> watched)
      throws IOException {
    if (origin instanceof CertificateOrigin.Watched files) {
      // Before it is read: what changes meanwhile is seen by the first looks.
      CertificateFiles.State state = files.files().state();
      watched.add(new CertificateWatch.Entry(hostName, files.files(), state));
    }
    return CertificateOrigin.read(origin);
  }

  /** For the engine. */
  ServerCredentials credentials() {
    return ServerBinder.credentials(shown.fallback(), shown.byHostName());
  }

  /** Starts what keeps them fresh, with the listener that shows them. */
  ServedCertificates serve(Ahti ahti, ListenerHandle listener) {
    ServedCertificates served =
        new ServedCertificates(
            listener, ahti.gauges().counter(Gauges.CERTIFICATES_REPLACED), shown);
    if (!watched.isEmpty()) {
      listener.accompany(
          "certificate-files",
          CertificateWatch.create(
              served,
              ahti.gauges().counter(Gauges.CERTIFICATES_REFUSED),
              watched,
              ahti.settings().listener().certificates().watchInterval()),
          DispatcherSelector.blocking());
    }
    shown
        .rotation()
        .ifPresent(
            rotation ->
                listener.accompany(
                    "certificate-rotation",
                    CertificateRotator.create(served, rotation, InstantSource.system()),
                    DispatcherSelector.defaultDispatcher()));
    return served;
  }
}
