package dev.ahti.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.typesafe.config.ConfigFactory;
import dev.ahti.cli.endpoint.Endpoints;
import dev.ahti.cli.page.PageInfo;
import dev.ahti.cli.page.PageServer;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportRoute;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.wtspec.proxy.Counters;
import dev.ahti.wtspec.proxy.Direction;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Browsers as they are shipped, without a driver, against a server made with the public API.
 *
 * <p>Each browser runs the {@link BrowserCase}s once over each {@link Network}; then every case is
 * a test of its own, and so are the draft that was spoken, the page's stray errors and what is left
 * when it ended.
 */
class BrowserIT {

  /** Those that the demo page is taken through, the one it starts with first. */
  private static final List<String> ENDPOINTS = List.of("/echo", "/push", "/sink", "/source");

  private static final Duration CASE_TIME = Duration.ofSeconds(20);
  private static final Duration RUN_TIME = Duration.ofSeconds(100);
  private static final Duration STEP_TIME = Duration.ofSeconds(10);

  /** Of the lossy network. */
  private static final long SEED = 3;

  @TempDir static Path files;

  @TestFactory
  Stream<DynamicTest> chromium() throws Exception {
    return testsOf(run(Browser.CHROMIUM, Network.LOOPBACK), WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithDraft07() throws Exception {
    return testsOf(run(Browser.CHROMIUM_DRAFT_07, Network.LOOPBACK), WebTransportDraft.DRAFT_07);
  }

  @TestFactory
  Stream<DynamicTest> firefox() throws Exception {
    return testsOf(run(Browser.FIREFOX, Network.LOOPBACK), WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithEachByteAlone() throws Exception {
    return testsOf(run(Browser.CHROMIUM, Network.EACH_BYTE_ALONE), WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithDraft07AndEachByteAlone() throws Exception {
    return testsOf(
        run(Browser.CHROMIUM_DRAFT_07, Network.EACH_BYTE_ALONE), WebTransportDraft.DRAFT_07);
  }

  @TestFactory
  Stream<DynamicTest> firefoxWithEachByteAlone() throws Exception {
    return testsOf(run(Browser.FIREFOX, Network.EACH_BYTE_ALONE), WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumOverALossyNetwork() throws Exception {
    return testsOf(run(Browser.CHROMIUM, Network.LOSSY), WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithDraft07OverALossyNetwork() throws Exception {
    return testsOf(run(Browser.CHROMIUM_DRAFT_07, Network.LOSSY), WebTransportDraft.DRAFT_07);
  }

  @TestFactory
  Stream<DynamicTest> firefoxOverALossyNetwork() throws Exception {
    return testsOf(run(Browser.FIREFOX, Network.LOSSY), WebTransportDraft.DRAFT_02);
  }

  /**
   * What both sides saw.
   *
   * @param passed what went through the proxy in each direction; empty without one
   * @param trouble empty when the page came to its end
   */
  private record Run(
      Browser browser,
      Network network,
      Map<String, Outcome> outcomes,
      Map<BrowserCase, CompletableFuture<String>> seen,
      Set<WebTransportDraft> drafts,
      List<String> strays,
      List<String> leftBehind,
      Map<Direction, Counters> passed,
      String trouble) {

    /** A CLOSE is not sent again by a browser that has closed the connection behind it. */
    boolean closeMayGetLost(BrowserCase each) {
      return network == Network.LOSSY && browser.closesConnectionAtOnce() && each.pageCloses();
    }
  }

  private static Run run(Browser browser, Network network) throws Exception {
    Path program = browser.findOrSkip();
    ActorSystem system =
        ActorSystem.create(
            "browsers",
            ConfigFactory.parseString(network.config()).withFallback(ConfigFactory.load()));
    Ahti ahti = Ahti.get(Adapter.toTyped(system));
    try {
      return run(browser, program, network, system);
    } finally {
      Closing.all(
          () -> Leftovers.awaitNone(Adapter.toTyped(system), STEP_TIME),
          system::terminate,
          () -> ahti.terminated().get(STEP_TIME.toSeconds(), TimeUnit.SECONDS),
          LeakPresenceDetector::check);
    }
  }

  private static Run run(Browser browser, Path program, Network network, ActorSystem system)
      throws Exception {
    Map<BrowserCase, CompletableFuture<String>> seen = new EnumMap<>(BrowserCase.class);
    Set<WebTransportDraft> drafts = ConcurrentHashMap.newKeySet();
    try (HarnessServer harness = HarnessServer.start()) {
      WebTransportServer server =
          WebTransportServer.create(system).withName(browser.name()).withOrigins(harness.origin());
      for (Map.Entry<String, SessionHandler> endpoint : Endpoints.all().entrySet()) {
        server = server.withRoute(endpoint.getKey(), endpoint.getValue());
      }
      for (BrowserCase each : BrowserCase.values()) {
        CompletableFuture<String> promise = new CompletableFuture<>();
        seen.put(each, promise);
        server =
            server.withRoute(
                each.path(),
                WebTransportRoute.of(
                        session -> {
                          drafts.add(session.info().draft());
                          each.handler().run(session, promise);
                        })
                    .withProtocols("ahti.v1"));
      }
      WebTransportServerBinding binding =
          server.bind().toCompletableFuture().get(STEP_TIME.toSeconds(), TimeUnit.SECONDS);
      Optional<ImpairmentProxy> proxy =
          network
              .impairment()
              .map(packets -> ImpairmentProxy.start(port(binding), packets, packets, SEED));
      int port = proxy.map(ImpairmentProxy::port).orElse(port(binding));
      PageInfo info =
          new PageInfo(
              URI.create("https://127.0.0.1:" + port),
              binding.certificateHash().hex(),
              ENDPOINTS,
              "test");
      try (PageServer demo = PageServer.start("127.0.0.1", 0, () -> info)) {
        harness.configure(
            new HarnessServer.Config(
                info.url().toString(),
                info.certificateHash(),
                Stream.of(BrowserCase.values()).map(BrowserCase::id).toList(),
                network.patience() * CASE_TIME.toMillis(),
                network.bulkBytes(),
                browser.cancelSendsStop()),
            URI.create("http://127.0.0.1:" + demo.port()));
        return drive(browser, network, program, harness, seen, drafts, proxy);
      } finally {
        proxy.ifPresent(ImpairmentProxy::close);
        binding.stop().toCompletableFuture().get(STEP_TIME.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private static int port(WebTransportServerBinding binding) {
    return binding.localAddress().getPort();
  }

  private static Run drive(
      Browser browser,
      Network network,
      Path program,
      HarnessServer harness,
      Map<BrowserCase, CompletableFuture<String>> seen,
      Set<WebTransportDraft> drafts,
      Optional<ImpairmentProxy> proxy)
      throws Exception {
    List<String> strays = List.of();
    String trouble = "";
    try (BrowserRun run = BrowserRun.start(browser, program, harness.page(), files)) {
      CompletableFuture<Report> report = harness.report();
      run.ended()
          .thenAccept(
              code ->
                  report.completeExceptionally(
                      new IllegalStateException(program + " ended by itself, exit code " + code)));
      try {
        strays = report.get(network.patience() * RUN_TIME.toSeconds(), TimeUnit.SECONDS).strays();
      } catch (ExecutionException | TimeoutException e) {
        trouble = program + ": " + e + "; the last it wrote:\n" + run.outputTail();
      }
    }
    return new Run(
        browser,
        network,
        harness.outcomes(),
        seen,
        drafts,
        strays,
        leftBehind(),
        proxy.map(BrowserIT::passed).orElse(Map.of()),
        trouble);
  }

  private static Map<Direction, Counters> passed(ImpairmentProxy proxy) {
    Map<Direction, Counters> passed = new EnumMap<>(Direction.class);
    for (Direction direction : Direction.values()) {
      passed.put(direction, proxy.counters(direction));
    }
    return passed;
  }

  /** Files and processes of a browser that has ended. */
  private static List<String> leftBehind() throws IOException {
    Stream<String> processes =
        ProcessHandle.allProcesses()
            .map(process -> process.info().commandLine().orElse(""))
            .filter(command -> command.contains(files.toString()));
    try (Stream<Path> left = Files.list(files)) {
      return Stream.concat(left.map(Path::toString), processes).toList();
    }
  }

  private static Stream<DynamicTest> testsOf(Run run, WebTransportDraft draft) {
    Stream<DynamicTest> cases =
        Stream.of(BrowserCase.values())
            .map(each -> dynamicTest(each.sentence(run.network()), () -> check(run, each)));
    Stream<DynamicTest> losses =
        run.passed().entrySet().stream()
            .map(
                way ->
                    dynamicTest(
                        "has lost packets " + way.getKey(),
                        () -> assertTrue(way.getValue().lost() > 0, way.getValue()::toString)));
    Stream<DynamicTest> whole =
        Stream.of(
            dynamicTest(
                "speaks " + draft + " in every session",
                () -> assertEquals(Set.of(draft), run.drafts(), run.trouble())),
            dynamicTest(
                "has no error or rejection that nobody handles",
                () -> assertEquals(List.of(), run.strays(), run.trouble())),
            dynamicTest(
                "leaves no file and no process behind",
                () -> assertEquals(List.of(), run.leftBehind())));
    return Stream.of(cases, losses, whole).flatMap(tests -> tests);
  }

  private static void check(Run run, BrowserCase each) throws Exception {
    Outcome outcome = run.outcomes().get(each.id());
    assertTrue(outcome != null, () -> "the page never ended this case. " + run.trouble());
    assertTrue(outcome.passed(), () -> "in the page: " + outcome.detail());
    CompletableFuture<String> seen = run.seen().get(each);
    if (!each.reachesServer()) {
      assertEquals(each.pageSays().orElseThrow(), outcome.detail(), "what the page saw");
      assertFalse(seen.isDone(), "the server saw a session");
      return;
    }
    String line;
    try {
      line = seen.get(STEP_TIME.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException ended) {
      if (run.closeMayGetLost(each) && ended.getMessage().contains("closed by the peer")) {
        return;
      }
      throw ended;
    }
    assertEquals(each.pageSays().orElse(line), outcome.detail(), "what the page saw");
    assertEquals(each.serverSays(run.browser()).orElse(line), line, "what the server saw");
  }
}
