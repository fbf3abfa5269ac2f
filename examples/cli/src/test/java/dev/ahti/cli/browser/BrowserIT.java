package dev.ahti.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ahti.cli.endpoint.Endpoints;
import dev.ahti.cli.page.PageInfo;
import dev.ahti.cli.page.PageServer;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportRoute;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Browsers as they are shipped, without a driver, against a server made with the public API.
 *
 * <p>Each browser runs all {@link BrowserCase}s once; then every case is a test of its own, and so
 * are the draft that was spoken, the page's stray errors and what is left when it ended.
 */
class BrowserIT {

  /** Those that the demo page is taken through, the one it starts with first. */
  private static final List<String> ENDPOINTS = List.of("/echo", "/push", "/sink", "/source");

  private static final Duration CASE_TIME = Duration.ofSeconds(20);
  private static final Duration RUN_TIME = Duration.ofSeconds(100);
  private static final Duration STEP_TIME = Duration.ofSeconds(10);

  @TempDir static Path files;

  private static ActorSystem system;

  @BeforeAll
  static void startSystem() {
    system = ActorSystem.create("browsers");
  }

  @AfterAll
  static void stopSystem() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(STEP_TIME.toSeconds(), TimeUnit.SECONDS);
  }

  @TestFactory
  Stream<DynamicTest> chromium() throws Exception {
    return testsOf(run(Browser.CHROMIUM), WebTransportDraft.DRAFT_02);
  }

  @TestFactory
  Stream<DynamicTest> chromiumWithDraft07() throws Exception {
    return testsOf(run(Browser.CHROMIUM_DRAFT_07), WebTransportDraft.DRAFT_07);
  }

  @TestFactory
  Stream<DynamicTest> firefox() throws Exception {
    return testsOf(run(Browser.FIREFOX), WebTransportDraft.DRAFT_02);
  }

  /** What both sides saw; {@code trouble} is empty when the page came to its end. */
  private record Run(
      Browser browser,
      Map<String, Outcome> outcomes,
      Map<BrowserCase, CompletableFuture<String>> seen,
      Set<WebTransportDraft> drafts,
      List<String> strays,
      List<String> leftBehind,
      String trouble) {}

  private static Run run(Browser browser) throws Exception {
    Path program = browser.findOrSkip();
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
      PageInfo info =
          new PageInfo(
              URI.create(binding.url()), binding.certificateHash().hex(), ENDPOINTS, "test");
      try (PageServer demo = PageServer.start("127.0.0.1", 0, () -> info)) {
        harness.configure(
            new HarnessServer.Config(
                info.url().toString(),
                info.certificateHash(),
                Stream.of(BrowserCase.values()).map(BrowserCase::id).toList(),
                CASE_TIME.toMillis(),
                browser.cancelSendsStop()),
            URI.create("http://127.0.0.1:" + demo.port()));
        return drive(browser, program, harness, seen, drafts);
      } finally {
        binding.stop().toCompletableFuture().get(STEP_TIME.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private static Run drive(
      Browser browser,
      Path program,
      HarnessServer harness,
      Map<BrowserCase, CompletableFuture<String>> seen,
      Set<WebTransportDraft> drafts)
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
        strays = report.get(RUN_TIME.toSeconds(), TimeUnit.SECONDS).strays();
      } catch (ExecutionException | TimeoutException e) {
        trouble = program + ": " + e + "; the last it wrote:\n" + run.outputTail();
      }
    }
    return new Run(browser, harness.outcomes(), seen, drafts, strays, leftBehind(), trouble);
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
            .map(each -> dynamicTest(each.sentence(), () -> check(run, each)));
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
    return Stream.concat(cases, whole);
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
    String line = seen.get(STEP_TIME.toSeconds(), TimeUnit.SECONDS);
    assertEquals(each.pageSays().orElse(line), outcome.detail(), "what the page saw");
    assertEquals(each.serverSays(run.browser()).orElse(line), line, "what the server saw");
  }
}
