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
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

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

  /** Where a CLOSE may get lost for good: that all of these are is one chance in a million. */
  private static final int CLOSES = 5;

  /** Of a server, whose close the browser loses by itself (4 in 100): one run in ten thousand. */
  private static final int CLOSES_OF_SERVER = 3;

  /** How a session ends whose CLOSE got lost on the way and whose connection was closed. */
  private static final String CLOSED_WITHOUT_CLOSE = "connection closed by the peer with 0x100";

  @TempDir static Path files;

  @TestFactory
  Stream<DynamicTest> chromium() throws Exception {
    return tests(Browser.CHROMIUM, Network.LOOPBACK, WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithDraft07() throws Exception {
    return tests(Browser.CHROMIUM_DRAFT_07, Network.LOOPBACK, WebTransportDraft.DRAFT_07);
  }

  @TestFactory
  Stream<DynamicTest> firefox() throws Exception {
    return tests(Browser.FIREFOX, Network.LOOPBACK, WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumToAnIpv6Address() throws Exception {
    return tests(Browser.CHROMIUM, Network.IPV6, WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> firefoxToAnIpv6Address() throws Exception {
    return tests(Browser.FIREFOX, Network.IPV6, WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithEachByteAlone() throws Exception {
    return tests(Browser.CHROMIUM, Network.EACH_BYTE_ALONE, WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithDraft07AndEachByteAlone() throws Exception {
    return tests(Browser.CHROMIUM_DRAFT_07, Network.EACH_BYTE_ALONE, WebTransportDraft.DRAFT_07);
  }

  @TestFactory
  Stream<DynamicTest> firefoxWithEachByteAlone() throws Exception {
    return tests(Browser.FIREFOX, Network.EACH_BYTE_ALONE, WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumOverALossyNetwork() throws Exception {
    return tests(Browser.CHROMIUM, Network.LOSSY, WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithDraft07OverALossyNetwork() throws Exception {
    return tests(Browser.CHROMIUM_DRAFT_07, Network.LOSSY, WebTransportDraft.DRAFT_07);
  }

  @TestFactory
  Stream<DynamicTest> firefoxOverALossyNetwork() throws Exception {
    return tests(Browser.FIREFOX, Network.LOSSY, WebTransportDraft.DRAFT_02);
  }

  /**
   * Where the browser is missing, one test that says so: a factory that is skipped says nothing.
   */
  private static Stream<DynamicTest> tests(
      Browser browser, Network network, WebTransportDraft draft) throws Exception {
    try {
      return testsOf(run(browser, network), draft);
    } catch (TestAbortedException missing) {
      System.out.println("Skipped " + browser + " over " + network + ": " + missing.getMessage());
      return Stream.of(
          DynamicTest.dynamicTest(
              String.valueOf(missing.getMessage()),
              () -> {
                throw missing;
              }));
    }
  }

  /**
   * What both sides saw.
   *
   * @param seen what the server saw of each session, in their order
   * @param passed what went through the proxy in each direction; empty without one
   * @param trouble empty when the page came to its end
   */
  private record Run(
      Browser browser,
      Network network,
      Map<String, Outcome> outcomes,
      Map<BrowserCase, List<CompletableFuture<String>>> seen,
      Set<WebTransportDraft> drafts,
      List<String> strays,
      List<String> leftBehind,
      Map<Direction, Counters> passed,
      String trouble) {

    /** What the case is, and how many of its closes came where one may get lost. */
    String sentence(BrowserCase each) {
      String sentence = each.sentence(network);
      int sessions = seen.get(each).size();
      if (each == BrowserCase.SERVER_CLOSES && sessions > 1) {
        return sentence + " (at the close number " + sessions + ": the browser lost those before)";
      }
      return each.pageCloses() && closesMayGetLost(browser, network)
          ? sentence + " (" + arrived(each) + " of " + sessions + " did)"
          : sentence;
    }

    private long arrived(BrowserCase each) {
      return seen.get(each).stream()
          .filter(one -> one.isDone() && !one.isCompletedExceptionally())
          .count();
    }
  }

  /** A CLOSE is not sent again by a browser that has closed the connection behind it. */
  private static boolean closesMayGetLost(Browser browser, Network network) {
    return network == Network.LOSSY && browser.closesConnectionAtOnce();
  }

  /** The cases in their order; the one about a CLOSE several times where that may get lost. */
  private static List<String> cases(Browser browser, Network network) {
    return network.cases().stream()
        .flatMap(
            each ->
                Collections.nCopies(
                    each == BrowserCase.PAGE_CLOSES && closesMayGetLost(browser, network)
                        ? CLOSES
                        : 1,
                    each.id())
                    .stream())
        .toList();
  }

  /** How many closes of a server's the page may take until it sees one. */
  private static int closesOfServer(Browser browser, Network network) {
    if (!browser.losesCloseOfServer()) {
      return 1;
    }
    return network == Network.LOSSY ? CLOSES : CLOSES_OF_SERVER;
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
    Map<BrowserCase, List<CompletableFuture<String>>> seen = new EnumMap<>(BrowserCase.class);
    Set<WebTransportDraft> drafts = ConcurrentHashMap.newKeySet();
    try (HarnessServer harness = HarnessServer.start()) {
      WebTransportServer server =
          WebTransportServer.create(system)
              .withName(browser.name())
              .withHost(network.host())
              .withOrigins(harness.origin());
      for (Map.Entry<String, SessionHandler> endpoint : Endpoints.all().entrySet()) {
        server = server.withRoute(endpoint.getKey(), endpoint.getValue());
      }
      for (BrowserCase each : BrowserCase.values()) {
        List<CompletableFuture<String>> sessions = new CopyOnWriteArrayList<>();
        seen.put(each, sessions);
        server =
            server.withRoute(
                each.path(),
                WebTransportRoute.of(
                        session -> {
                          drafts.add(session.info().draft());
                          CompletableFuture<String> promise = new CompletableFuture<>();
                          sessions.add(promise);
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
              URI.create(binding.url()).getPort() == port
                  ? URI.create(binding.url())
                  : URI.create("https://127.0.0.1:" + port),
              List.of(binding.certificateHash().hex()),
              ENDPOINTS,
              "test");
      try (PageServer demo = PageServer.start("127.0.0.1", 0, () -> info)) {
        harness.configure(
            new HarnessServer.Config(
                info.url().toString(),
                info.certificateHashes().get(0),
                cases(browser, network),
                network.patience() * CASE_TIME.toMillis(),
                network.bulkBytes(),
                browser.cancelSendsStop(),
                closesOfServer(browser, network)),
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
      Map<BrowserCase, List<CompletableFuture<String>>> seen,
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
        run.network().cases().stream()
            .map(each -> dynamicTest(run.sentence(each), () -> check(run, each)));
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
    List<CompletableFuture<String>> seen = run.seen().get(each);
    if (!each.reachesServer()) {
      assertEquals(each.pageSays().orElseThrow(), outcome.detail(), "what the page saw");
      assertEquals(List.of(), seen, "the server saw a session");
      return;
    }
    assertFalse(seen.isEmpty(), "the server saw no session");
    if (each.pageCloses() && closesMayGetLost(run.browser(), run.network())) {
      checkCloses(run, each, seen);
      return;
    }
    String line = seen.get(0).get(STEP_TIME.toSeconds(), TimeUnit.SECONDS);
    assertEquals(each.pageSays().orElse(line), outcome.detail(), "what the page saw");
    assertEquals(each.serverSays(run.browser()).orElse(line), line, "what the server saw");
  }

  /**
   * Each session ended with the page's code and reason, or with the connection, which this browser
   * closes behind its CLOSE whether that arrives or not; of the case that is about it, one did with
   * code and reason.
   */
  private static void checkCloses(
      Run run, BrowserCase each, List<CompletableFuture<String>> sessions) throws Exception {
    String page = run.outcomes().get(each.id()).detail();
    assertEquals(each.pageSays().orElseThrow(), page, "what the page saw");
    String expected = each.serverSays(run.browser()).orElseThrow();
    for (CompletableFuture<String> session : sessions) {
      try {
        assertEquals(expected, session.get(STEP_TIME.toSeconds(), TimeUnit.SECONDS));
      } catch (ExecutionException ended) {
        assertTrue(ended.getMessage().contains(CLOSED_WITHOUT_CLOSE), ended::toString);
      }
    }
    if (each == BrowserCase.PAGE_CLOSES) {
      assertEquals(CLOSES, sessions.size());
      assertTrue(run.arrived(each) > 0, "no code and no reason arrived");
    }
  }
}
