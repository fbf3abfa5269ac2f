package dev.ahti.wtspec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What Netty does not tell of the frames that came, out of the file that QUIC itself wrote: the
 * codes of STOP_SENDING.
 *
 * <p>The file is a text of JSON records (RFC 7464), one a packet, and whole only once the peer is
 * closed. Not a reader of JSON: it knows how quiche writes the one frame it is after, and fails on
 * one that looks different.
 */
public final class RawQlog {
  private static final String RECEIVED = "\"name\":\"quic:packet_received\"";
  private static final String STOP_SENDING = "\"frame_type\":\"stop_sending\"";

  /** An object with no other inside that names the frame; its members come in any order. */
  private static final Pattern FRAME = Pattern.compile("\\{[^{}]*" + STOP_SENDING + "[^{}]*}");

  private static final Pattern STREAM = Pattern.compile("\"stream_id\":(\\d+)");
  private static final Pattern CODE = Pattern.compile("\"error_code\":(\\d+)");

  private RawQlog() {}

  /**
   * The STOP_SENDING frames that came to the one peer, now closed, that wrote into this directory:
   * by the id of the stream, the code as "0x…".
   *
   * @throws AssertionError if there is not one file there, a frame cannot be read, or a stream was
   *     stopped with two codes
   */
  public static Map<Long, String> stops(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files = entries.filter(file -> file.toString().endsWith(".qlog")).toList();
      if (files.size() != 1) {
        throw new AssertionError("qlog files: " + files);
      }
      return stopsIn(Files.readString(files.get(0)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same of the text of a file. */
  static Map<Long, String> stopsIn(String qlog) {
    Map<Long, String> codes = new TreeMap<>();
    qlog.lines()
        .filter(line -> line.contains(RECEIVED) && line.contains(STOP_SENDING))
        .forEach(line -> add(line, codes));
    return codes;
  }

  private static void add(String packet, Map<Long, String> codes) {
    Matcher frame = FRAME.matcher(packet);
    int frames = 0;
    while (frame.find()) {
      frames++;
      String code = "0x" + Long.toHexString(number(CODE, frame.group()));
      // One that was lost, or is only late, may come twice; it may not say something else.
      String before = codes.put(number(STREAM, frame.group()), code);
      if (before != null && !before.equals(code)) {
        throw new AssertionError("first " + before + ", then " + frame.group());
      }
    }
    if (frames != packet.split(STOP_SENDING, -1).length - 1) {
      throw new AssertionError("not understood: " + packet);
    }
  }

  private static long number(Pattern member, String frame) {
    Matcher found = member.matcher(frame);
    if (!found.find()) {
      throw new AssertionError("no " + member + " in " + frame);
    }
    return Long.parseLong(found.group(1));
  }
}
