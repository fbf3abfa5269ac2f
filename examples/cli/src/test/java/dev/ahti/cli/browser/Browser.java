package dev.ahti.cli.browser;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The browsers that the tests start, and how each is started without a window. */
enum Browser {
  CHROMIUM("chromium", List.of("chromium", "chromium-browser", "google-chrome"), List.of()),
  CHROMIUM_DRAFT_07(
      "chromium", CHROMIUM.programs, List.of("--enable-features=EnableWebTransportDraft07")),
  FIREFOX("firefox", List.of("firefox-esr", "firefox"), List.of()) {
    @Override
    List<String> command(Path program, Path profile, URI page) throws IOException {
      Files.write(profile.resolve("user.js"), FIREFOX_PREFERENCES);
      return List.of(
          program.toString(),
          "--headless",
          "--no-remote",
          "--profile",
          profile.toString(),
          page.toString());
    }

    @Override
    boolean cancelSendsStop() {
      return false;
    }

    @Override
    boolean offersProtocols() {
      return false;
    }

    @Override
    boolean closesConnectionAtOnce() {
      return true;
    }

    @Override
    boolean losesCloseOfServer() {
      return false;
    }
  };

  /** WebTransport on; whatever would talk to the outside, or put a page in front of ours, off. */
  private static final List<String> FIREFOX_PREFERENCES =
      Stream.of(
              "\"network.webtransport.enabled\", true",
              "\"network.webtransport.datagrams.enabled\", true",
              "\"app.normandy.enabled\", false",
              "\"app.update.enabled\", false",
              "\"app.update.auto\", false",
              "\"browser.aboutwelcome.enabled\", false",
              "\"browser.newtabpage.enabled\", false",
              "\"browser.region.network.url\", \"\"",
              "\"browser.safebrowsing.malware.enabled\", false",
              "\"browser.safebrowsing.phishing.enabled\", false",
              "\"browser.safebrowsing.update.enabled\", false",
              "\"browser.search.update\", false",
              "\"browser.sessionstore.resume_from_crash\", false",
              "\"browser.shell.checkDefaultBrowser\", false",
              "\"browser.startup.homepage_override.mstone\", \"ignore\"",
              "\"browser.startup.page\", 0",
              "\"datareporting.healthreport.uploadEnabled\", false",
              "\"datareporting.policy.dataSubmissionEnabled\", false",
              "\"datareporting.policy.firstRunURL\", \"\"",
              "\"extensions.getAddons.cache.enabled\", false",
              "\"extensions.systemAddon.update.enabled\", false",
              "\"extensions.update.enabled\", false",
              "\"network.captive-portal-service.enabled\", false",
              "\"network.connectivity-service.enabled\", false",
              // Whatever is not for this machine goes to a proxy that does not exist.
              "\"network.proxy.type\", 1",
              "\"network.proxy.allow_bypass\", false",
              "\"network.proxy.failover_direct\", false",
              "\"network.proxy.http\", \"127.0.0.1\"",
              "\"network.proxy.http_port\", 9",
              "\"network.proxy.ssl\", \"127.0.0.1\"",
              "\"network.proxy.ssl_port\", 9",
              "\"services.settings.server\", \"data:,\"",
              "\"termsofuse.bypassNotification\", true",
              "\"toolkit.telemetry.enabled\", false",
              "\"toolkit.telemetry.server\", \"\"",
              "\"toolkit.telemetry.unified\", false",
              "\"trailhead.firstrun.didSeeAboutWelcome\", true")
          .map(preference -> "user_pref(" + preference + ");")
          .toList();

  private final String family;
  private final List<String> programs;
  private final List<String> options;

  Browser(String family, List<String> programs, List<String> options) {
    this.family = family;
    this.programs = programs;
    this.options = options;
  }

  /**
   * Whether cancelling a readable stream sends STOP_SENDING. Firefox ESR 153 sends nothing: it
   * stops reading, and the server's stream waits for room until the session ends.
   */
  boolean cancelSendsStop() {
    return true;
  }

  /**
   * Whether it closes the connection as soon as it has sent the session's CLOSE, acknowledged or
   * not. Firefox ESR 153 does.
   */
  boolean closesConnectionAtOnce() {
    return false;
  }

  /**
   * Whether it may take a session that the server has closed for one whose connection was lost.
   * Chromium 156 answers a CLOSE with its FIN, and tells the page in a task that it begins then,
   * together with the session's last statistics. Where the acknowledgement of that FIN is read
   * before the task runs, the session is gone and it has none; the page's process refuses the
   * message without them, and rejects {@code closed} with "Connection lost". On one machine, where
   * an acknowledgement takes less than a millisecond, that was so for 16 of 400 closes.
   */
  boolean losesCloseOfServer() {
    return true;
  }

  /** Whether it knows the option {@code protocols}. Firefox ESR 153 does not, 155 does. */
  boolean offersProtocols() {
    return true;
  }

  /**
   * The program to start, or the end of the test: skipped, or failed where browsers are demanded
   * with {@code -Dahti.browsers=required}. A path in the system property {@code
   * ahti.browser.chromium} or {@code ahti.browser.firefox} is taken before anything on the PATH.
   */
  Path findOrSkip() {
    return findOrSkip(System::getProperty, Objects.requireNonNullElse(System.getenv("PATH"), ""));
  }

  /** Finds the program with properties and a search path that a test may choose. */
  Path findOrSkip(UnaryOperator<String> properties, String searchPath) {
    String property = "ahti.browser." + family;
    String override = properties.apply(property);
    Optional<Path> found =
        override == null
            ? onPath(searchPath)
            : Optional.of(Path.of(override)).filter(Files::isExecutable);
    if (found.isEmpty()) {
      String message =
          override == null
              ? "no " + family + ": none of " + String.join(", ", programs) + " is on the PATH"
              : "no " + family + ": " + property + " names no program: " + override;
      if ("required".equals(properties.apply("ahti.browsers"))) {
        Assertions.fail(message + " (-Dahti.browsers=required demands it)");
      }
      Assumptions.abort(message);
    }
    return found.get();
  }

  private Optional<Path> onPath(String searchPath) {
    return programs.stream()
        .flatMap(
            program ->
                Stream.of(searchPath.split(File.pathSeparator)).map(d -> Path.of(d, program)))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /**
   * The command line that opens a page, with the profile made ready.
   *
   * @param profile an empty directory, the browser's alone
   */
  List<String> command(Path program, Path profile, URI page) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(
        List.of(
            "--headless=new",
            "--no-sandbox", // it cannot be had as root, as in most containers
            "--disable-gpu",
            "--disable-dev-shm-usage", // /dev/shm is small in containers
            "--disable-background-networking",
            "--disable-breakpad",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE ::1 , EXCLUDE [::1]",
            "--no-default-browser-check",
            "--no-first-run",
            "--mute-audio",
            "--password-store=basic",
            "--user-data-dir=" + profile));
    command.addAll(options);
    command.add(page.toString());
    return command;
  }
}
