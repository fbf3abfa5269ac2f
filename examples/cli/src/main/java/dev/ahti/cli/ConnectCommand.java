package dev.ahti.cli;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.WebTransportSyntaxException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.IOResult;
import org.apache.pekko.stream.javadsl.Framing;
import org.apache.pekko.stream.javadsl.FramingTruncation;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.StreamConverters;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ahti connect}: standard input and output over one stream, or lines as datagrams. */
@Command(
    name = "connect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Connects to a WebTransport server and sends standard input on one bidirectional stream; "
          + "what comes back goes to standard output. What comes on streams that the server opens is "
          + "counted. Ends when both directions have ended, and no more comes on those.",
      "",
      "HTTP/3 is tried first, and HTTP/2 soon behind it; the first to connect is used.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  echo hello | ahti connect https://127.0.0.1:4433/echo --cert-hash HASH",
      "  ahti connect https://example.org/chat --datagram",
      "  ahti connect https://example.org/chat --no-http3 --verbose"
    })
final class ConnectCommand implements Callable<Integer> {
  private static final Duration NO_HURRY = Duration.ofDays(365);
  private static final int MAX_LINE = 64 * 1024;

  /** How long after a stream's failure that of its session may take to be known. */
  private static final long CLOSE_SECONDS = 1;

  @Parameters(index = "0", paramLabel = "URL", description = "https://HOST[:PORT]/PATH")
  private String url = "";

  @Option(
      names = "--datagram",
      description = "Send each line of standard input as a datagram and print those that come.")
  private boolean datagram;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description =
          "How long to wait at the end for datagrams (with --datagram), or for more on streams "
              + "that the server opened (default: ${DEFAULT-VALUE}).")
  private int wait;

  @Option(
      names = "--cert-hash",
      paramLabel = "HASH",
      description = "Accept the certificate with this SHA-256 (hexadecimal); may be repeated.")
  private List<String> hashes = List.of();

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Trust these authorities (PEM) instead of the system's.")
  private @Nullable Path authorities;

  @Option(
      names = "--insecure",
      description = "Accept any certificate: for tests, anybody can listen in.")
  private boolean insecure;

  @Option(names = "--origin", paramLabel = "ORIGIN", description = "Send this Origin header.")
  private @Nullable String origin;

  @Option(
      names = "--draft",
      paramLabel = "N",
      description =
          "Speak only this draft: 02, 07, 14 or 16, all of HTTP/3 (default: the newest common one).")
  private @Nullable String draft;

  @Mixin private final HttpOptions http = new HttpOptions();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long connecting may take (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(names = "--verbose", description = "Say on standard error what was negotiated.")
  private boolean verbose;

  @Option(
      names = "--stats",
      description = "Say on standard error, at the end, what was sent and received.")
  private boolean stats;

  @Option(
      names = "--json",
      description =
          "Do both, one JSON object a line; standard output is for what the server sends.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  private CommandSpec spec;

  private final EndSignal end;

  ConnectCommand(EndSignal end) {
    this.end = end;
  }

  @Override
  public Integer call() throws Exception {
    WebTransportOptions options = options();
    try (Actors actors = Actors.start(http.settings())) {
      WebTransport session = connect(actors, options);
      ConnectReport report = new ConnectReport(spec.commandLine().getErr(), json);
      ServerStreams opened = new ServerStreams(session);
      try {
        run(session, opened, actors.system(), report);
        report.serverStreams(opened);
        if (stats || json) {
          report.statistics(end.await(session.getStats()));
        }
      } catch (EndSignal.Ended signal) {
        // A signal is a wish to end, not a failure: the server is told below.
        report.serverStreams(opened);
      }
      // The end of the actors waits for connections to end in order, so the CLOSE is sent.
      session.close();
    }
    return 0;
  }

  private void run(
      WebTransport session, ServerStreams opened, ActorSystem<?> system, ConnectReport report)
      throws Exception {
    end.await(session.ready());
    if (verbose || json) {
      report.connected(session);
    }
    try {
      if (datagram) {
        datagrams(session, system);
      } else {
        opened.read();
        stream(session, system);
        opened.awaitEnd(end, wait);
      }
    } catch (EndSignal.Ended signal) {
      throw signal;
    } catch (Exception failure) {
      // A stream that fails because the session ended says less than the session's end does.
      end.await(
          session.closed().exceptionally(abrupt -> WebTransportCloseInfo.NONE), CLOSE_SECONDS);
      tellClose(session, failure);
      throw failure;
    }
  }

  private static void tellClose(WebTransport session, Exception failure) throws IOException {
    CompletableFuture<WebTransportCloseInfo> closed = session.closed().toCompletableFuture();
    if (closed.isDone() && !closed.isCompletedExceptionally()) {
      WebTransportCloseInfo info = closed.join();
      throw new IOException(
          "the server closed the session with code "
              + info.closeCode()
              + (info.reason().isEmpty() ? " and no reason" : ": " + info.reason()),
          failure);
    }
  }

  private WebTransport connect(Actors actors, WebTransportOptions options) {
    try {
      return WebTransport.connect(actors.system(), url, options);
    } catch (WebTransportSyntaxException e) {
      throw misuse(e.getMessage());
    }
  }

  private void stream(WebTransport session, ActorSystem<?> system) throws Exception {
    WebTransportBidirectionalStream stream =
        end.await(
            session.createBidirectionalStream(
                WebTransportSendStreamOptions.create().withWaitUntilAvailable(true)));
    CompletionStage<Done> sent =
        standardInput(system).toMat(stream.writable().sink(), Keep.right()).run(system);
    CompletionStage<IOResult> received =
        stream
            .readable()
            .source()
            .toMat(
                StreamConverters.fromOutputStream(ConnectCommand::standardOutput, true),
                Keep.right())
            .run(system);
    // The answer first: a server that resets or stops says so there, too.
    end.await(received);
    end.await(sent);
  }

  private void datagrams(WebTransport session, ActorSystem<?> system) throws Exception {
    CompletionStage<IOResult> received =
        session
            .datagrams()
            .readable()
            .map(payload -> payload.concat(ByteString.fromString("\n")))
            .toMat(
                StreamConverters.fromOutputStream(ConnectCommand::standardOutput, true),
                Keep.right())
            .run(system);
    CompletionStage<Done> sent =
        standardInput(system)
            .via(Framing.delimiter(ByteString.fromString("\n"), MAX_LINE, FramingTruncation.ALLOW))
            .filter(line -> fits(line, session.datagrams().maxDatagramSize()))
            .toMat(session.datagrams().createWritable().sink(), Keep.right())
            .run(system);
    end.await(sent);
    // Nobody says that the last answer came; waiting is all one can do.
    end.await(received, wait);
  }

  /** The path's limit, which may change; the session would drop a longer one without a word. */
  private boolean fits(ByteString line, int limit) {
    if (line.length() > limit) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          "ahti connect: a line of "
              + line.length()
              + " bytes is too long for a datagram (expected: at most "
              + limit
              + " bytes): not sent");
      err.flush();
    }
    return line.length() <= limit;
  }

  private WebTransportOptions options() throws Exception {
    http.check();
    if (draft != null && !http.http3()) {
      throw misuse("--draft is about HTTP/3: give it or --no-http3");
    }
    if (draft != null && http.saysFinOrder()) {
      throw misuse("--draft is about HTTP/3, and --h2-fin-order about HTTP/2: give one of them");
    }
    if (timeout <= 0) {
      throw misuse("--timeout: " + timeout + " (expected: a number of seconds above zero)");
    }
    if (wait < 0) {
      throw misuse("--wait: " + wait + " (expected: a number of seconds, 0 or more)");
    }
    WebTransportOptions options =
        http.of(WebTransportOptions.create().withConnectTimeout(Duration.ofSeconds(timeout)));
    try {
      options =
          options.withServerCertificateHashes(
              hashes.stream().map(WebTransportHash::sha256).toArray(WebTransportHash[]::new));
    } catch (IllegalArgumentException e) {
      throw misuse("--cert-hash: " + e.getMessage());
    }
    if (authorities != null) {
      try {
        options = options.withTrustedAuthorities(authorities);
      } catch (IOException e) {
        throw new IOException("--ca: " + e.getMessage() + " (expected: certificates in PEM)", e);
      }
    }
    if (insecure) {
      options = options.withoutCertificateCheck();
    }
    if (origin != null) {
      try {
        options = options.withOrigin(origin);
      } catch (IllegalArgumentException e) {
        throw misuse("--" + e.getMessage());
      }
    }
    // A draft is one of HTTP/3: what would be had over HTTP/2 is not what was asked for.
    return draft == null
        ? options
        : options.withDrafts(draft(draft)).withHttpVersions(WebTransportHttpVersion.HTTP_3);
  }

  private WebTransportDraft draft(String number) {
    return switch (number.toLowerCase(Locale.ROOT)) {
      case "02", "2" -> WebTransportDraft.DRAFT_02;
      case "07", "7" -> WebTransportDraft.DRAFT_07;
      case "14" -> WebTransportDraft.DRAFT_14;
      case "16" -> WebTransportDraft.DRAFT_16;
      default -> throw misuse("--draft: " + number + " (expected: 02, 07, 14 or 16)");
    };
  }

  private ParameterException misuse(@Nullable String what) {
    return new ParameterException(spec.commandLine(), String.valueOf(what));
  }

  /**
   * Standard input, read on a thread of its own: a read from a terminal cannot be interrupted, and
   * nothing else may have to wait for it.
   */
  private static Source<ByteString, NotUsed> standardInput(ActorSystem<?> system) {
    Pair<OutputStream, Source<ByteString, NotUsed>> pipe =
        StreamConverters.asOutputStream(NO_HURRY).preMaterialize(system);
    Thread reader =
        new Thread(
            () -> {
              try (OutputStream to = pipe.first();
                  InputStream from = new FileInputStream(FileDescriptor.in)) {
                from.transferTo(to);
              } catch (IOException e) {
                LoggerFactory.getLogger(ConnectCommand.class).debug("input ended", e);
              }
            },
            "standard-input");
    reader.setDaemon(true);
    reader.start();
    return pipe.second();
  }

  /** Standard output, which is not this command's to close: it may run inside another JVM. */
  private static OutputStream standardOutput() {
    return new FilterOutputStream(new FileOutputStream(FileDescriptor.out)) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        flush();
      }
    };
  }
}
