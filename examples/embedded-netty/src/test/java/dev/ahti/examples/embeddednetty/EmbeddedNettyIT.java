package dev.ahti.examples.embeddednetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.net.httpserver.HttpServer;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportOptions;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example as a user runs it, with a client of ours and with a browser. */
class EmbeddedNettyIT {
  private static final String PAGE =
      """
      <!doctype html><meta charset="utf-8"><script type="module">
      const [url, hash] = decodeURIComponent(location.hash.slice(1)).split(" ");
      const tell = text => fetch("/report", {method: "POST", body: text});
      try {
        const value = Uint8Array.from(hash.match(/../g), hex => parseInt(hex, 16));
        const session = new WebTransport(
            url, {serverCertificateHashes: [{algorithm: "sha-256", value}]});
        await session.ready;
        const stream = await session.createBidirectionalStream();
        const writer = stream.writable.getWriter();
        await writer.write(new TextEncoder().encode("from a browser"));
        await writer.close();
        const echoed = await new Response(stream.readable).text();
        const datagrams = session.datagrams.readable.getReader();
        const sender = session.datagrams.writable.getWriter();
        let answer = null;
        datagrams.read().then(read => { answer = new TextDecoder().decode(read.value); });
        while (answer === null) {
          await sender.write(new TextEncoder().encode("ping"));
          await new Promise(later => setTimeout(later, 50));
        }
        session.close();
        await tell(echoed + ", " + answer);
      } catch (failure) {
        await tell("failed: " + failure);
      }
      </script>
      """;

  @TempDir Path profile;

  @Test
  void aClientOfOursHasASession() throws Exception {
    try (Program program = new Program(EmbeddedNetty.class, "https://", "0")) {
      String[] line = program.line().split(" ");
      assertEquals("hello", echoed(line[0], line[1], "hello"));
    }
  }

  @Test
  void aBrowserHasASession() throws Exception {
    Path chromium = chromiumOrSkip();
    CompletableFuture<String> report = new CompletableFuture<>();
    HttpServer pages = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    pages.createContext(
        "/",
        exchange -> {
          byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("content-type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    pages.createContext(
        "/report",
        exchange -> {
          report.complete(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    pages.start();
    String origin = "http://127.0.0.1:" + pages.getAddress().getPort();
    try (Program program = new Program(EmbeddedNetty.class, "https://", "0", origin)) {
      Process browser =
          new ProcessBuilder(
                  chromium.toString(),
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                  "--no-first-run",
                  "--user-data-dir=" + profile,
                  origin + "/#" + program.line().replace(" ", "%20"))
              .redirectErrorStream(true)
              .redirectOutput(Files.createTempFile(profile, "browser", ".log").toFile())
              .start();
      try {
        assertEquals("from a browser, ping", report.get(60, TimeUnit.SECONDS));
      } finally {
        browser.destroy();
        if (!browser.waitFor(20, TimeUnit.SECONDS)) {
          browser.destroyForcibly().waitFor();
        }
      }
    } finally {
      pages.stop(0);
    }
  }

  /** As the browser tests of the command line: skipped by name, unless browsers are demanded. */
  private static Path chromiumOrSkip() {
    List<String> names = List.of("chromium", "chromium-browser", "google-chrome");
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    Optional<Path> found =
        names.stream()
            .flatMap(
                name ->
                    Stream.of(path.split(File.pathSeparator)).map(where -> Path.of(where, name)))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty()) {
      String message = "no chromium: none of " + String.join(", ", names) + " is on the PATH";
      if ("required".equals(System.getProperty("ahti.browsers"))) {
        fail(message + " (-Dahti.browsers=required demands it)");
      }
      Assumptions.abort(message);
    }
    return found.get();
  }

  /** A session, a stream there and back. */
  private static String echoed(String url, String hash, String text) throws Exception {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "client");
    try {
      WebTransport session =
          WebTransport.connect(
              system,
              url,
              WebTransportOptions.create()
                  .withServerCertificateHashes(WebTransportHash.sha256(hash)));
      WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
      String back =
          await(
                  Source.single(ByteString.fromString(text))
                      .via(stream.flow())
                      .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system))
              .utf8String();
      session.close();
      await(session.closed());
      return back;
    } finally {
      system.terminate();
      await(system.getWhenTerminated());
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
