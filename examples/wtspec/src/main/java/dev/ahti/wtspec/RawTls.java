package dev.ahti.wtspec;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS over TCP for raw peers, by the JDK; the server's certificate is not judged. */
final class RawTls {
  private static final int PATIENCE_MILLIS = 10_000;

  private RawTls() {}

  static SSLSocket connect(int port, RawTcpOptions options) throws IOException {
    Socket plain = new Socket();
    plain.bind(new InetSocketAddress(options.from(), 0));
    plain.connect(new InetSocketAddress(RawPeer.server(options.from()), port), PATIENCE_MILLIS);
    plain.setTcpNoDelay(true);
    SSLSocket socket =
        (SSLSocket) context(null).getSocketFactory().createSocket(plain, "localhost", port, true);
    socket.setSSLParameters(parameters(socket.getSSLParameters(), options));
    socket.startHandshake();
    return socket;
  }

  static SSLServerSocket listen(RawTcpOptions options) {
    try {
      SSLServerSocket socket =
          (SSLServerSocket)
              context(options.certificate())
                  .getServerSocketFactory()
                  .createServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
      socket.setSSLParameters(parameters(socket.getSSLParameters(), options));
      return socket;
    } catch (IOException e) {
      throw new AssertionError("a raw peer cannot listen", e);
    }
  }

  static SSLSocket accept(SSLServerSocket listening) throws IOException {
    SSLSocket socket = (SSLSocket) listening.accept();
    socket.setTcpNoDelay(true);
    socket.startHandshake();
    return socket;
  }

  private static SSLParameters parameters(SSLParameters of, RawTcpOptions options) {
    of.setProtocols(new String[] {options.tlsVersion()});
    String protocol = options.applicationProtocol();
    of.setApplicationProtocols(protocol.isEmpty() ? new String[0] : new String[] {protocol});
    return of;
  }

  private static SSLContext context(@Nullable RawCertificate certificate) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManagerFactory keys = null;
      if (certificate != null) {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
            "raw", certificate.key(), new char[0], certificate.chain().toArray(new Certificate[0]));
        keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
      }
      context.init(
          keys == null ? null : keys.getKeyManagers(), new TrustManager[] {new Everybody()}, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError("no TLS", e);
    }
  }

  /** What the JDK exports of a session, where it has an exporter: from release 25 on. */
  static Optional<byte[]> export(SSLSession session, String label, byte[] context, int length) {
    try {
      return Optional.of(
          (byte[])
              ExtendedSSLSession.class
                  .getMethod("exportKeyingMaterialData", String.class, byte[].class, int.class)
                  .invoke(session, label, context, length));
    } catch (NoSuchMethodException olderRelease) {
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("TLS exports nothing", e);
    }
  }

  private static final class Everybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
