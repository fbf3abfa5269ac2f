package dev.ahti.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ahti.cli.endpoint.Endpoints;
import dev.ahti.cli.page.PageInfo;
import dev.ahti.cli.page.PageServer;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.server.CertificateFiles;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ahti serve}: a server with the standard endpoints and the demo page. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Starts a WebTransport server and a demo page; ends at a signal.",
      "",
      "Endpoints: /echo sends everything back; /sink counts the bytes of a bidirectional stream; "
          + "/source?bytes=N sends N bytes; /push opens streams and sends datagrams by itself.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ahti serve",
      "  ahti serve --port 0 --page-port 0 --json",
      "  ahti serve --no-http3 --h2-fin-order legacy",
      "  ahti serve --cert chain.pem --key key.pem --origin https://example.org"
    })
final class ServeCommand implements Callable<Integer> {
  private static final int LONGEST_DRAIN = 24 * 60 * 60;

  /** The endpoint that the page starts with comes first. */
  private static final List<String> ENDPOINTS = List.of("/echo", "/sink", "/source", "/push");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Listen on this address (default: ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "4433",
      converter = PortConverter.class,
      description =
          "Port of HTTP/3 (UDP) and of HTTP/2 (TCP); 0 picks one that is free for both "
              + "(default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--page-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      converter = PortConverter.class,
      description = "TCP port of the demo page; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int pagePort;

  @Option(
      names = "--origin",
      paramLabel = "ORIGIN",
      description =
          "Accept pages of this origin; may be repeated; '*' means any "
              + "(default: the demo page's own origins).")
  private List<String> origins = List.of();

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description =
          "Certificate chain in PEM, leaf first; shown anew when the file changes "
              + "(default: short-lived ones of its own).")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "Its private key in PEM.")
  private @Nullable Path key;

  @Option(
      names = "--keystore",
      paramLabel = "FILE",
      description = "Certificate chain and key in one PKCS#12 file, instead of --cert and --key.")
  private @Nullable Path keystore;

  @Option(
      names = "--keystore-password",
      paramLabel = "WORD",
      defaultValue = "${env:AHTI_KEYSTORE_PASSWORD:-}",
      showDefaultValue = Visibility.NEVER,
      description = "Its password (default: the environment's AHTI_KEYSTORE_PASSWORD).")
  private String keystorePassword = "";

  @Option(
      names = "--drain-timeout",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description =
          "At a signal, give open sessions this time to end; 0 closes them at once, as a second "
              + "signal does (default: ${DEFAULT-VALUE}).")
  private int drainTimeout;

  @Option(names = "--no-page", description = "Serve no demo page.")
  private boolean noPage;

  @Mixin private final HttpOptions http = new HttpOptions();

  @Option(names = "--json", description = "Print one JSON object a line.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  private CommandSpec spec;

  private final EndSignal end;

  ServeCommand(EndSignal end) {
    this.end = end;
  }

  @Override
  public Integer call() throws Exception {
    check();
    try {
      serve();
    } catch (EndSignal.Ended early) {
      // A signal came while the server was starting; what had started is closed.
    }
    return 0;
  }

  private void serve() throws Exception {
    PageHolder page = new PageHolder();
    try (page;
        Actors actors = Actors.start(http.settings())) {
      WebTransportServer server =
          showing(
              allowing(http.of(WebTransportServer.create(actors.system())))
                  .withName("serve")
                  .withHost(host)
                  .withPort(port));
      if (!noPage) {
        page.start(pagePort);
        server = origins.isEmpty() ? server.withOrigins(page.origins()) : server;
      }
      for (var endpoint : Endpoints.all().entrySet()) {
        server = server.withRoute(endpoint.getKey(), endpoint.getValue());
      }
      WebTransportServerBinding binding = end.await(server.bind());
      String version = Version.number();
      page.show(() -> pageInfo(binding, version));
      announce(binding, page);
      end.await();
      CompletionStage<Done> stopped = binding.drain(Duration.ofSeconds(drainTimeout));
      end.again().thenRun(binding::stop);
      Actors.finish("the server", stopped, Duration.ofSeconds(drainTimeout));
    }
  }

  private void check() {
    if ((certificate == null) != (key == null)) {
      throw new ParameterException(
          spec.commandLine(), "--cert and --key belong together: give both or neither");
    }
    if (keystore != null && certificate != null) {
      throw new ParameterException(
          spec.commandLine(), "--keystore holds certificate and key: give it or --cert and --key");
    }
    if (drainTimeout < 0 || drainTimeout > LONGEST_DRAIN) {
      throw new ParameterException(
          spec.commandLine(),
          "--drain-timeout: " + drainTimeout + " (expected: 0 to " + LONGEST_DRAIN + " seconds)");
    }
    http.check();
    if (!noPage && http.http2() && port != 0 && port == pagePort) {
      throw new ParameterException(
          spec.commandLine(),
          "--port and --page-port: both "
              + port
              + " (expected: two ports, as HTTP/2 and the demo page are both on TCP)");
    }
  }

  /** To be called before the page starts: an origin may be none. */
  private WebTransportServer allowing(WebTransportServer server) {
    try {
      return server.withOrigins(origins.toArray(String[]::new));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }

  /** Asked for each time: certificates change. */
  private static PageInfo pageInfo(WebTransportServerBinding binding, String version) {
    return new PageInfo(
        URI.create(binding.url()),
        binding.certificateHashes().hashes().stream().map(WebTransportHash::hex).toList(),
        ENDPOINTS,
        version);
  }

  private WebTransportServer showing(WebTransportServer server) {
    if (keystore != null) {
      return server.withCertificate(
          CertificateFiles.keyStore(keystore, keystorePassword.toCharArray()));
    }
    return certificate != null && key != null
        ? server.withCertificate(CertificateFiles.pem(certificate, key))
        : server.withRotatingCertificates(host, "localhost", "127.0.0.1", "::1");
  }

  private void announce(WebTransportServerBinding binding, PageHolder page) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    String hash = binding.certificateHash().hex();
    int port = binding.localAddress().getPort();
    if (json) {
      ObjectNode line = new ObjectMapper().createObjectNode();
      line.put("event", "listening");
      if (http.http3()) {
        line.put("http3", port);
      }
      if (http.http2()) {
        line.put("http2", port);
      }
      if (page.running()) {
        line.put("page", page.port());
      }
      line.put("url", binding.url()).put("certificateHash", hash);
      out.println(line);
    } else {
      if (page.running()) {
        out.println("Demo page         http://localhost:" + page.port());
      }
      out.println("WebTransport URL  " + binding.url());
      out.println("Listening on      " + String.join(", ", parts(port)));
      out.println("Certificate hash  " + hash + " (SHA-256)");
      out.println("Endpoints         " + String.join(" ", ENDPOINTS));
      out.println("Press Ctrl+C to stop.");
    }
    out.flush();
  }

  private List<String> parts(int port) {
    List<String> parts = new ArrayList<>();
    if (http.http3()) {
      parts.add("UDP port " + port + " (HTTP/3)");
    }
    if (http.http2()) {
      parts.add("TCP port " + port + " (HTTP/2)");
    }
    return parts;
  }

  /** The page server, whose contents are known only once the WebTransport server is bound. */
  private static final class PageHolder implements AutoCloseable {
    private @Nullable PageServer server;
    private volatile @Nullable Supplier<PageInfo> info;

    void start(int port) throws Exception {
      server = PageServer.start("localhost", port, this::info);
    }

    void show(Supplier<PageInfo> value) {
      info = value;
    }

    boolean running() {
      return server != null;
    }

    int port() {
      return server == null ? 0 : server.port();
    }

    /** Those that a browser may know it by. */
    String[] origins() {
      return new String[] {"http://localhost:" + port(), "http://127.0.0.1:" + port()};
    }

    private PageInfo info() {
      Supplier<PageInfo> shown = info;
      if (shown == null) {
        throw new IllegalStateException("the WebTransport server is still starting");
      }
      return shown.get();
    }

    @Override
    public void close() {
      if (server != null) {
        server.close();
      }
    }
  }
}
