package dev.ahti.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** A missing browser must never look like a passed test. */
class BrowserTest {

  @TempDir Path directory;

  private Path program(String name) throws IOException {
    Path file = Files.createFile(directory.resolve(name));
    assertTrue(file.toFile().setExecutable(true));
    return file;
  }

  private String searchPath() {
    return directory.resolve("nothing") + File.pathSeparator + directory;
  }

  @Test
  void missingBrowserSkipsByName() {
    TestAbortedException e =
        assertThrows(
            TestAbortedException.class,
            () -> Browser.FIREFOX.findOrSkip(Map.of("ahti.browsers", "auto")::get, searchPath()));

    assertTrue(e.getMessage().contains("no firefox: none of firefox-esr, firefox"), e::getMessage);
  }

  /** What the tests of a browser do on a machine without any: each names what it looked for. */
  @ParameterizedTest
  @EnumSource
  void everyBrowserIsSkippedByNameWhereThePathIsEmpty(Browser browser) {
    TestAbortedException e =
        assertThrows(
            TestAbortedException.class,
            () -> browser.findOrSkip(Map.of("ahti.browsers", "auto")::get, ""));

    assertEquals(
        browser == Browser.FIREFOX
            ? "no firefox: none of firefox-esr, firefox is on the PATH"
            : "no chromium: none of chromium, chromium-browser, google-chrome is on the PATH",
        e.getMessage().replace("Assumption failed: ", ""));
  }

  @Test
  void missingBrowserFailsWhereItIsRequired() {
    AssertionFailedError e =
        assertThrows(
            AssertionFailedError.class,
            () ->
                Browser.CHROMIUM.findOrSkip(
                    Map.of("ahti.browsers", "required")::get, searchPath()));

    assertTrue(e.getMessage().contains("no chromium"), e::getMessage);
  }

  @Test
  void firstNameOnThePathIsTaken() throws IOException {
    program("google-chrome");
    Path chromium = program("chromium");

    assertEquals(chromium, Browser.CHROMIUM.findOrSkip(name -> null, searchPath()));
  }

  @Test
  void propertyGoesBeforeThePath() throws IOException {
    program("firefox");
    Path other = program("my-firefox");

    assertEquals(
        other,
        Browser.FIREFOX.findOrSkip(
            Map.of("ahti.browser.firefox", other.toString())::get, searchPath()));
  }

  @Test
  void propertyThatNamesNoProgramIsNoBrowserEvenWithOneOnThePath() throws IOException {
    program("firefox");

    assertThrows(
        TestAbortedException.class,
        () ->
            Browser.FIREFOX.findOrSkip(
                Map.of("ahti.browser.firefox", "/no/such/file")::get, searchPath()));
  }
}
