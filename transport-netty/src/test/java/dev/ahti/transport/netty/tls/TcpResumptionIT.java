package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.transport.netty.TestCertificate;
import dev.ahti.transport.netty.TestNet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Over TCP no session goes on from one before, so every certificate is judged in every handshake.
 * The other end is the JDK's own TLS, which comes back with whatever it was given, and gives itself
 * as much as it can.
 */
class TcpResumptionIT {
  private static final int TIMES = 4;

  @ParameterizedTest
  @CsvSource({"true, TLSv1.3", "true, TLSv1.2", "false, TLSv1.3", "false, TLSv1.2"})
  void aServerLetsNobodyGoOnFromASessionBefore(boolean nativeTls, String version) throws Exception {
    Judge judge = new Judge();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {judge}, null);
    try (TestNet net = new TestNet("ahti.netty.http2.native-tls = " + nativeTls)) {
      int port =
          net.listen(HttpVersion.HTTP_2, ServerTls.of(TestCertificate.shared()))
              .localAddress()
              .getPort();
      for (int i = 1; i <= TIMES; i++) {
        try (SSLSocket socket =
            (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
          socket.setSoTimeout(10_000);
          SSLParameters parameters = socket.getSSLParameters();
          parameters.setApplicationProtocols(new String[] {"h2"});
          parameters.setProtocols(new String[] {version});
          socket.setSSLParameters(parameters);
          socket.startHandshake();
          assertEquals(version, socket.getSession().getProtocol());
          TestNet.Side side = net.drive(net.accepted());
          // The server's SETTINGS: tickets would have come before them.
          assertEquals(0, socket.getInputStream().read());
          assertEquals(i, judge.asked.get(), "the server's certificate was not shown again");
          side.connection().discard(Http3ErrorCode.H3_NO_ERROR, "");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true, TLSv1.3", "true, TLSv1.2", "false, TLSv1.3", "false, TLSv1.2"})
  void aClientGoesOnFromNoSessionBefore(boolean nativeTls, String version) throws Exception {
    Shower shower = Shower.of();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {shower}, null, null);
    try (TestNet net = new TestNet("ahti.netty.http2.native-tls = " + nativeTls);
        SSLServerSocket door =
            (SSLServerSocket)
                context
                    .getServerSocketFactory()
                    .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      SSLParameters parameters = door.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      parameters.setProtocols(new String[] {version});
      door.setSSLParameters(parameters);
      Thread serving = new Thread(() -> serve(door), "serving");
      serving.start();
      ClientTls tls = ClientTls.of(ServerTrust.Insecure.INSTANCE);
      for (int i = 1; i <= TIMES; i++) {
        int before = shower.asked.get();
        TransportConnection connection = net.dial(HttpVersion.HTTP_2, door.getLocalPort(), tls);
        TestNet.Side side = net.drive(connection);
        side.expect(TransportEvent.PeerSettings.class);
        assertTrue(shower.asked.get() > before, "the client went on from a session before");
        connection.discard(Http3ErrorCode.H3_NO_ERROR, "");
        side.expectClosed();
      }
      door.close();
      serving.join();
    }
  }

  /** One connection behind the other: sends SETTINGS, which are all zero, and waits for the end. */
  private static void serve(SSLServerSocket door) {
    while (true) {
      try (SSLSocket socket = (SSLSocket) door.accept()) {
        socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
      } catch (IOException e) {
        if (door.isClosed()) {
          return;
        }
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Takes every certificate, and counts how often it was asked. */
  private static final class Judge extends X509ExtendedTrustManager {
    final AtomicInteger asked = new AtomicInteger();

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      asked.incrementAndGet();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      asked.incrementAndGet();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      asked.incrementAndGet();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Shows one certificate, and counts how often one was asked for. */
  private static final class Shower extends X509ExtendedKeyManager {
    final AtomicInteger asked = new AtomicInteger();
    private final X509ExtendedKeyManager keys;

    private Shower(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    static Shower of() throws Exception {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "own",
          TestCertificate.shared().key(),
          new char[0],
          TestCertificate.shared().chain().toArray(new X509Certificate[0]));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, new char[0]);
      return new Shower((X509ExtendedKeyManager) factory.getKeyManagers()[0]);
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      asked.incrementAndGet();
      return keys.chooseServerAlias(type, issuers, socket);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return keys.getServerAliases(type, issuers);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      throw new UnsupportedOperationException();
    }
  }
}
