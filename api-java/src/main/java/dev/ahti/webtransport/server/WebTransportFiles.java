package dev.ahti.webtransport.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of a directory, as plain HTTP serves them. Immutable: each {@code with…} gives a
 * changed copy.
 *
 * <ul>
 *   <li>A path that ends with a slash is that of a directory's {@code index.html}; a directory
 *       without the slash is redirected to it.
 *   <li>What is outside of the directory, however it is named, also by a symbolic link, is not
 *       there: 404. So are hidden files (a name that begins with a dot), and what is no regular
 *       file.
 *   <li>Content types by the name, {@code ETag} and {@code Last-Modified} with the requests that
 *       depend on them (304, 412), and a single range of bytes (206, 416); several are answered
 *       with the whole file.
 *   <li>A file that was changed less than two seconds ago has no validators yet: another change
 *       could leave no trace in its time.
 *   <li>A file is read as the client takes it; one that is changed meanwhile is cut. Files are
 *       looked up and read on Pekko's dispatcher for blocking work.
 * </ul>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110">RFC 9110</a>
 */
public final class WebTransportFiles {
  private final Path directory;
  private final Duration maxAge;
  private final Map<String, String> contentTypes;

  private WebTransportFiles(Path directory, Duration maxAge, Map<String, String> contentTypes) {
    this.directory = directory;
    this.maxAge = maxAge;
    this.contentTypes = contentTypes;
  }

  /** Those of a directory, which may be made, or changed, at any time. */
  public static WebTransportFiles of(Path directory) {
    return new WebTransportFiles(directory.toAbsolutePath(), Duration.ZERO, Map.of());
  }

  /**
   * How long a client may use a file without asking again ({@code Cache-Control}, RFC 9111). Zero,
   * which holds unless set, lets it ask each time whether the file has changed.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public WebTransportFiles withMaxAge(Duration age) {
    if (age.isNegative()) {
      throw new IllegalArgumentException("age: " + age + " (expected: 0 or above)");
    }
    return new WebTransportFiles(directory, age, contentTypes);
  }

  /**
   * The content type of files with this extension, in place of what is known of it.
   *
   * @param extension without its dot, such as {@code wasm}; letter case does not matter
   */
  public WebTransportFiles withContentType(String extension, String contentType) {
    Map<String, String> more = new TreeMap<>(contentTypes);
    more.put(extension.toLowerCase(Locale.ROOT), contentType);
    return new WebTransportFiles(directory, maxAge, more);
  }

  Path directory() {
    return directory;
  }

  Duration maxAge() {
    return maxAge;
  }

  Map<String, String> contentTypes() {
    return contentTypes;
  }
}
