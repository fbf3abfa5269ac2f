package dev.ahti.webtransport.server;

import dev.ahti.webtransport.WebTransportHash;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * A server that listens.
 *
 * @see WebTransportServer#bind()
 */
public final class WebTransportServerBinding {
  private final InetSocketAddress localAddress;
  private final WebTransportHash certificateHash;
  private final Stop stop;

  WebTransportServerBinding(
      InetSocketAddress localAddress, WebTransportHash certificateHash, Stop stop) {
    this.localAddress = localAddress;
    this.certificateHash = certificateHash;
    this.stop = stop;
  }

  /** The address in use, with the port that was given when port 0 was asked for. */
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  /**
   * The server's URL, to which a path is appended: {@code https://127.0.0.1:4433}. Where it listens
   * on every address this is the loopback address, the one that is known to work from here.
   */
  public String url() {
    InetAddress address = localAddress.getAddress();
    if (address.isAnyLocalAddress()) {
      return "https://127.0.0.1:" + localAddress.getPort();
    }
    String host = address.getHostAddress();
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return "https://" + shown + ":" + localAddress.getPort();
  }

  /** What a client puts into {@code serverCertificateHashes} to trust this server. */
  public WebTransportHash certificateHash() {
    return certificateHash;
  }

  /**
   * Stops: new connections are refused, sessions are closed, the port is given back. Completes when
   * all of that is done; calls after the first give the same result.
   */
  public CompletionStage<Done> stop() {
    return stop.stop();
  }

  /** How the engine stops it. */
  @FunctionalInterface
  interface Stop {
    CompletionStage<Done> stop();
  }
}
