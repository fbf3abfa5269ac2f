package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.gauge.Counter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The certificates that a listener shows, each of which may be replaced by itself. Any thread; a
 * call may block for some milliseconds, in which TLS takes the keys.
 */
final class ServedCertificates {
  private final ListenerHandle listener;
  private final Counter replaced;
  private Shown shown;

  /**
   * What is shown now.
   *
   * @param fallback to whoever asks for no name that is in the map
   * @param next what the fallback is to be replaced by, where that is known
   * @param byHostName as {@link WebTransportServer#withCertificate(String, ServerCertificate)}
   */
  record Shown(
      ServerCertificate fallback,
      Optional<CertificateRotation> rotation,
      Map<String, ServerCertificate> byHostName) {}

  ServedCertificates(ListenerHandle listener, Counter replaced, Shown shown) {
    this.listener = listener;
    this.replaced = replaced;
    this.shown = shown;
  }

  synchronized Shown now() {
    return shown;
  }

  /** Replaces all; what rotated does not any more. */
  void replaceAll(ServerCertificate fallback, Map<String, ServerCertificate> byHostName) {
    show(new Shown(fallback, Optional.empty(), Map.copyOf(byHostName)));
  }

  /**
   * Replaces one.
   *
   * @param hostName whose; empty for the fallback
   * @throws IllegalArgumentException when TLS cannot use it; the old one stays
   */
  synchronized void replace(Optional<String> hostName, ServerCertificate certificate) {
    if (hostName.isEmpty()) {
      show(new Shown(certificate, Optional.empty(), shown.byHostName()));
    } else {
      Map<String, ServerCertificate> names = new HashMap<>(shown.byHostName());
      names.put(hostName.get(), certificate);
      show(new Shown(shown.fallback(), shown.rotation(), Map.copyOf(names)));
    }
  }

  /**
   * Goes on from one rotation to the next.
   *
   * @return whether it did; not when somebody has replaced the fallback by another
   */
  synchronized boolean rotate(CertificateRotation from, CertificateRotation to) {
    if (shown.rotation().filter(from::equals).isEmpty()) {
      return false;
    }
    show(new Shown(to.current(), Optional.of(to), shown.byHostName()));
    return true;
  }

  private synchronized void show(Shown next) {
    listener.replaceCredentials(ServerBinder.credentials(next.fallback(), next.byHostName()));
    shown = next;
    replaced.increment();
  }
}
