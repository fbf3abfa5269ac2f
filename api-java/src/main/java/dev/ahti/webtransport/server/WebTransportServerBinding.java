package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.DrainRequest;
import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.impl.AddressText;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * A server that listens, or that is embedded in another one. Of an embedded one there is no address
 * and no certificate: what asks for them fails with an {@link IllegalStateException}.
 *
 * @see WebTransportServer#bind()
 * @see WebTransportServer#embed()
 */
public final class WebTransportServerBinding {
  private final ListenerHandle listener;
  private final Optional<ServedCertificates> certificates;

  private final Fixed fixed;

  /** What of a listener never changes. */
  record Fixed(
      String name,
      Set<WebTransportHttpVersion> httpVersions,
      Set<WebTransportDraft> drafts,
      Set<String> routes) {}

  WebTransportServerBinding(
      ListenerHandle listener, Optional<ServedCertificates> certificates, Fixed fixed) {
    this.listener = listener;
    this.certificates = certificates;
    this.fixed = fixed;
  }

  /** The name that the server was given. */
  public String name() {
    return fixed.name();
  }

  /** What is known of it now. */
  public WebTransportListenerInfo info() {
    return new WebTransportListenerInfo(
        fixed.name(),
        listener.address(),
        fixed.httpVersions(),
        fixed.drafts(),
        fixed.routes(),
        listener.connections(),
        listener.sessions(),
        listener.draining());
  }

  CompletableFuture<Done> stopped() {
    return listener.stopped();
  }

  private ServedCertificates served() {
    return certificates.orElseThrow(
        () ->
            new IllegalStateException(
                "the server '"
                    + name()
                    + "' is embedded: address and certificates are its host's"));
  }

  /** The address in use, with the port that was given when port 0 was asked for. */
  public InetSocketAddress localAddress() {
    served();
    return listener.address();
  }

  /**
   * The server's URL, to which a path is appended: {@code https://127.0.0.1:4433}. Where it listens
   * on every address this is the loopback address, the one that is known to work from here.
   */
  public String url() {
    InetSocketAddress address = localAddress();
    return address.getAddress().isAnyLocalAddress()
        ? "https://127.0.0.1:" + address.getPort()
        : "https://" + AddressText.of(address);
  }

  /** What a client puts into {@code serverCertificateHashes} to trust this server. */
  public WebTransportHash certificateHash() {
    return served().now().fallback().hash();
  }

  /**
   * What clients may trust now and soon: the hash of the certificate that is shown, and of the one
   * that comes after it where the server makes them itself ({@link
   * WebTransportServer#withRotatingCertificates}). Ask for it whenever a page asks: it changes.
   */
  public CertificateHashes certificateHashes() {
    return hashes(served().now());
  }

  /** The same; empty where somebody else's server shows the certificates. */
  Optional<CertificateHashes> hashesIfServed() {
    return certificates.map(served -> hashes(served.now()));
  }

  private static CertificateHashes hashes(ServedCertificates.Shown shown) {
    return shown
        .rotation()
        .map(
            rotation ->
                new CertificateHashes(
                    List.of(rotation.current().hash(), rotation.next().hash()), rotation.known()))
        .orElseGet(
            () ->
                new CertificateHashes(
                    shown.fallback().acceptedByHash()
                        ? List.of(shown.fallback().hash())
                        : List.of(),
                    shown.fallback().chain().get(0).getNotAfter().toInstant()));
  }

  /**
   * Shows this certificate to every client from the next handshake on; sessions that are open go
   * on. Clients that trusted the old one by its hash have to be told the new one. Certificates that
   * were made by the server are made no more; files go on being watched, and count again when they
   * change.
   *
   * @throws IllegalArgumentException when the key is not the certificate's; the old one stays
   */
  public void replaceCertificate(ServerCertificate certificate) {
    replaceCertificates(certificate, Map.of());
  }

  /**
   * Shows these certificates from the next handshake on; as {@link #replaceCertificate}.
   *
   * @param certificate for clients that name no host, or another
   * @param byHostName as {@link WebTransportServer#withCertificate(String, ServerCertificate)};
   *     replaces every one of before
   */
  public void replaceCertificates(
      ServerCertificate certificate, Map<String, ServerCertificate> byHostName) {
    served().replaceAll(certificate, byHostName);
  }

  /**
   * Stops without haste; as {@link #drain(Duration, WebTransportCloseInfo)} with code 0 for the
   * sessions that are left.
   */
  public CompletionStage<Done> drain(Duration timeout) {
    return drain(timeout, WebTransportCloseInfo.NONE);
  }

  /**
   * Stops without haste: new connections and sessions are refused, clients are told to go elsewhere
   * (GOAWAY) and to wind up the sessions that they have (their {@code draining()} completes), and
   * those go on until they end by themselves. Sessions that are left after the time are closed.
   *
   * <p>This is also what happens when the actor system shuts down, with the settings of {@code
   * ahti.listener.drain}.
   *
   * @param timeout zero closes every session at once; a day at most
   * @param left what the sessions are closed with that are left then
   * @return completes when the last session has ended and the port is given back; the same moment
   *     as for {@link #stop()}, which ends the waiting
   * @throws IllegalArgumentException when the time is negative or too long
   */
  public CompletionStage<Done> drain(Duration timeout, WebTransportCloseInfo left) {
    return listener.drain(new DrainRequest(timeout, left.closeCode(), left.reason()));
  }

  /**
   * Stops: new connections are refused, sessions are closed, the port is given back. Completes when
   * all of that is done; calls after the first give the same result.
   */
  public CompletionStage<Done> stop() {
    return listener.stop();
  }
}
