package dev.ahti.webtransport.server;

import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.impl.StaticFile;
import dev.ahti.webtransport.impl.StaticFile.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Answers requests for files. It blocks: not for a connection's loop. */
final class FileAnswers {
  /** Bytes that are read at a time, and pieces that are read ahead of the client. */
  private static final int CHUNK = 16 * 1024;

  private static final int AHEAD = 4;
  private static final String INDEX = "index.html";
  private static final WebTransportHttpResponse MISSING = WebTransportHttpResponse.of(404);

  private FileAnswers() {}

  /**
   * The answer.
   *
   * @param name decoded, with slashes between its parts
   */
  static WebTransportHttpResponse answer(
      WebTransportFiles files, WebTransportHttpRequest request, String name) {
    try {
      Path root = files.directory().toRealPath();
      Optional<Path> asked = below(root, name);
      if (asked.isEmpty()) {
        return MISSING;
      }
      // Where every link leads.
      Path real = asked.get().toRealPath();
      if (!real.startsWith(root) || isHidden(root.relativize(real))) {
        return MISSING;
      }
      BasicFileAttributes attributes =
          Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isDirectory() && !name.isEmpty() && !name.endsWith("/")) {
        return WebTransportHttpResponse.of(308).withHeader("location", slashed(request));
      }
      return attributes.isRegularFile() ? answer(files, request, real, attributes) : MISSING;
    } catch (IOException e) {
      // Not there, or not to be read by us: nobody's business which.
      return MISSING;
    }
  }

  /** Where a name leads by itself; empty for one that no file of ours can have. */
  private static Optional<Path> below(Path root, String name) {
    boolean directory = name.isEmpty() || name.endsWith("/");
    Path path = root;
    for (String part : (directory ? name + INDEX : name).split("/", -1)) {
      if (part.isEmpty() || part.startsWith(".") || part.indexOf('\\') >= 0) {
        return Optional.empty();
      }
      try {
        Path next = path.resolve(part);
        // A name that the system does not take as one name, such as that of a drive.
        if (!path.equals(next.getParent())) {
          return Optional.empty();
        }
        path = next;
      } catch (InvalidPathException e) {
        return Optional.empty();
      }
    }
    return Optional.of(path);
  }

  private static String slashed(WebTransportHttpRequest request) {
    String query = request.query();
    return request.path() + "/" + (query.isEmpty() ? "" : "?" + query);
  }

  private static boolean isHidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static WebTransportHttpResponse answer(
      WebTransportFiles files,
      WebTransportHttpRequest request,
      Path path,
      BasicFileAttributes attributes) {
    StaticFile file =
        new StaticFile(
            attributes.size(),
            attributes.lastModifiedTime().toInstant(),
            InstantSource.system().instant());
    WebTransportHeaders validators = validators(file);
    WebTransportHeaders headers =
        validators
            .with("cache-control", cacheControl(files))
            .with("accept-ranges", "bytes")
            .with("x-content-type-options", "nosniff");
    Choice choice = file.choose(conditions(request));
    if (choice == Choice.NotModified.INSTANCE) {
      return WebTransportHttpResponse.of(304).withHeaders(headers);
    } else if (choice == Choice.Failed.INSTANCE) {
      return WebTransportHttpResponse.of(412).withHeaders(validators);
    } else if (choice == Choice.NoPart.INSTANCE) {
      return WebTransportHttpResponse.of(416)
          .withHeaders(validators.with("content-range", "bytes */" + file.size()));
    }
    String type = StaticFile.contentType(path.getFileName().toString(), files.contentTypes());
    if (choice instanceof Choice.Part part) {
      return WebTransportHttpResponse.of(206)
          .withHeaders(
              headers.with(
                  "content-range",
                  "bytes "
                      + part.from()
                      + "-"
                      + (part.from() + part.length() - 1)
                      + "/"
                      + file.size()))
          .withBody(type, read(path, part.from()), part.length());
    }
    return WebTransportHttpResponse.of(200)
        .withHeaders(headers)
        .withBody(type, read(path, 0), file.size());
  }

  private static WebTransportHeaders validators(StaticFile file) {
    WebTransportHeaders headers = WebTransportHeaders.EMPTY;
    Optional<String> etag = file.etag();
    if (etag.isPresent()) {
      headers = headers.with("etag", etag.get());
    }
    Optional<String> modified = file.lastModified();
    return modified.isPresent() ? headers.with("last-modified", modified.get()) : headers;
  }

  private static Source<ByteString, ?> read(Path path, long from) {
    // Added to what the source has: it names the dispatcher for blocking work, which must not be
    // the connection's loop.
    return FileIO.fromPath(path, CHUNK, from).addAttributes(Attributes.inputBuffer(AHEAD, AHEAD));
  }

  private static String cacheControl(WebTransportFiles files) {
    return files.maxAge().isZero() ? "no-cache" : "max-age=" + files.maxAge().toSeconds();
  }

  private static StaticFile.Conditions conditions(WebTransportHttpRequest request) {
    WebTransportHeaders headers = request.headers();
    return new StaticFile.Conditions(
        headers.first("if-match"),
        headers.first("if-none-match"),
        headers.first("if-modified-since"),
        headers.first("if-unmodified-since"),
        // Of a GET alone (RFC 9110 14.2).
        request.method().equals("GET") ? headers.first("range") : Optional.empty(),
        headers.first("if-range"));
  }
}
