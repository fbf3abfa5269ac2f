package dev.ahti.webtransport.impl;

import java.net.URLConnection;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.annotation.InternalApi;

/**
 * What HTTP says of a file, and of a request for it: validators, conditions and ranges (RFC 9110
 * sections 8.8, 13 and 14). Pure.
 *
 * <p>File systems have clocks that tick, some every two seconds: a change to the same size in the
 * tick of the one before leaves no trace. So a file whose last change is not that long ago, or is
 * yet to come, has no validators, and is sent each time.
 *
 * @param size bytes
 * @param modified when it was last changed
 * @param now when these were read
 */
@InternalApi
public record StaticFile(long size, Instant modified, Instant now) {
  private static final Pattern RANGE =
      Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})", Pattern.CASE_INSENSITIVE);

  /** The longest tick of a file system in use. */
  private static final Duration TICK = Duration.ofSeconds(2);

  /** RFC 9110 5.6.7, which has two digits for the day. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Those that pages have and that Java's table lacks, or has otherwise. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("avif", "image/avif"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("csv", "text/csv; charset=utf-8"),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("htm", "text/html; charset=utf-8"),
          Map.entry("ico", "image/vnd.microsoft.icon"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("md", "text/markdown; charset=utf-8"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("ttf", "font/ttf"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("webm", "video/webm"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff", "font/woff"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("xml", "application/xml"));

  /** What a request gets. */
  public sealed interface Choice {

    /** All of it (200). */
    enum Whole implements Choice {
      INSTANCE
    }

    /** Nothing, as the client has it (304). */
    enum NotModified implements Choice {
      INSTANCE
    }

    /** Nothing, as it is not what the client wants (412). */
    enum Failed implements Choice {
      INSTANCE
    }

    /** A part of it (206). */
    record Part(long from, long length) implements Choice {}

    /** Nothing, as there is no such part (416). */
    enum NoPart implements Choice {
      INSTANCE
    }
  }

  /**
   * The conditions in a request; empty where there is none.
   *
   * @param ifMatch {@code if-match}
   * @param ifNoneMatch {@code if-none-match}
   * @param ifModifiedSince {@code if-modified-since}
   * @param ifUnmodifiedSince {@code if-unmodified-since}
   * @param range {@code range}; of a GET alone
   * @param ifRange {@code if-range}
   */
  public record Conditions(
      Optional<String> ifMatch,
      Optional<String> ifNoneMatch,
      Optional<String> ifModifiedSince,
      Optional<String> ifUnmodifiedSince,
      Optional<String> range,
      Optional<String> ifRange) {}

  /** Changes whenever the file does, so it is a strong one. */
  public Optional<String> etag() {
    return isSettled()
        ? Optional.of(
            "\""
                + Long.toHexString(modified.getEpochSecond())
                + "-"
                + Integer.toHexString(modified.getNano())
                + "-"
                + Long.toHexString(size)
                + "\"")
        : Optional.empty();
  }

  /** When it was last changed, as {@code last-modified} has it. */
  public Optional<String> lastModified() {
    return isSettled() ? Optional.of(date(modified)) : Optional.empty();
  }

  /** Whether a change from now on is seen by the time of the file. */
  private boolean isSettled() {
    return !modified.plus(TICK).isAfter(now);
  }

  /** A date as HTTP has it. */
  public static String date(Instant instant) {
    return DATE.format(instant);
  }

  /** The content type of a name; {@code application/octet-stream} when it is not known. */
  public static String contentType(String name, Map<String, String> own) {
    int dot = name.lastIndexOf('.');
    String extension = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    String known = own.getOrDefault(extension, TYPES.get(extension));
    if (known != null) {
      return known;
    }
    String guessed = URLConnection.guessContentTypeFromName(name);
    return guessed == null ? "application/octet-stream" : guessed;
  }

  /** What a request gets, in the order of RFC 9110 13.2.2. */
  public Choice choose(Conditions asked) {
    if (asked.ifMatch().isPresent()
        ? !lists(asked.ifMatch().get(), false)
        : since(asked.ifUnmodifiedSince()).map(this::isNewerThan).orElse(false)) {
      return Choice.Failed.INSTANCE;
    }
    if (asked.ifNoneMatch().isPresent()
        ? lists(asked.ifNoneMatch().get(), true)
        : since(asked.ifModifiedSince())
            .map(date -> isSettled() && !isNewerThan(date))
            .orElse(false)) {
      return Choice.NotModified.INSTANCE;
    }
    boolean partly = asked.ifRange().map(this::isStill).orElse(true);
    return partly ? part(asked.range()) : Choice.Whole.INSTANCE;
  }

  private boolean isNewerThan(Instant date) {
    return modified.truncatedTo(ChronoUnit.SECONDS).isAfter(date);
  }

  private boolean isStill(String validator) {
    return validator.startsWith("\"")
        ? etag().filter(validator::equals).isPresent()
        : since(Optional.of(validator))
            .map(date -> isSettled() && date.equals(modified.truncatedTo(ChronoUnit.SECONDS)))
            .orElse(false);
  }

  /**
   * Whether a list of tags has ours.
   *
   * @param weak whether one that is marked as weak counts
   */
  private boolean lists(String tags, boolean weak) {
    if (tags.strip().equals("*")) {
      return true;
    }
    Optional<String> own = etag();
    if (own.isEmpty()) {
      return false;
    }
    // None of ours has a comma in it.
    for (String tag : tags.split(",", -1)) {
      String one = tag.strip();
      if (one.equals(own.get()) || (weak && one.equals("W/" + own.get()))) {
        return true;
      }
    }
    return false;
  }

  /** A date that cannot be read is none (RFC 9110 13.1.3). */
  private static Optional<Instant> since(Optional<String> date) {
    try {
      return date.map(
          text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip())));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** What is no single range of bytes is no range (RFC 9110 14.2). */
  private Choice part(Optional<String> range) {
    Matcher asked = RANGE.matcher(range.orElse(""));
    if (!asked.matches() || List.of(asked.group(1), asked.group(2)).equals(List.of("", ""))) {
      return Choice.Whole.INSTANCE;
    }
    if (asked.group(1).isEmpty()) {
      long last = Math.min(Long.parseLong(asked.group(2)), size);
      return last == 0 ? Choice.NoPart.INSTANCE : new Choice.Part(size - last, last);
    }
    long from = Long.parseLong(asked.group(1));
    long to = asked.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(asked.group(2));
    if (to < from) {
      return Choice.Whole.INSTANCE;
    }
    return from >= size
        ? Choice.NoPart.INSTANCE
        : new Choice.Part(from, Math.min(to, size - 1) - from + 1);
  }
}
