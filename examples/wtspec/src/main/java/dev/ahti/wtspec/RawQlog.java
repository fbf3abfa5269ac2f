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
 * codes of STOP_SENDING and the final sizes of RESET_STREAM.
 *
 * <p>The file is a text of JSON records (RFC 7464), one a packet, and whole only once the peer is
 * closed. Not a reader of JSON: it knows how quiche writes the frames it is after, and fails on one
 * that looks different.
 */
public final class RawQlog {
  private static final String RECEIVED = "\"name\":\"quic:packet_received\"";
  private static final String STOP_SENDING = "stop_sending";
  private static final String RESET_STREAM = "reset_stream";

  private static final Pattern STREAM = Pattern.compile("\"stream_id\":(\\d+)");
  private static final Pattern CODE = Pattern.compile("\"error_code\":(\\d+)");
  private static final Pattern SIZE = Pattern.compile("\"final_size\":(\\d+)");

  private RawQlog() {}

  /**
   * The STOP_SENDING frames that came to the one peer, now closed, that wrote into this directory:
   * by the id of the stream, the code as "0x…".
   *
   * @throws AssertionError if there is not one file there, a frame cannot be read, or a stream was
   *     stopped with two codes
   */
  public static Map<Long, String> stops(Path directory) {
    return stopsIn(only(directory));
  }

  /** The same of the text of a file. */
  static Map<Long, String> stopsIn(String qlog) {
    Map<Long, String> codes = new TreeMap<>();
    frames(qlog, STOP_SENDING, CODE)
        .forEach((stream, code) -> codes.put(stream, "0x" + Long.toHexString(code)));
    return codes;
  }

  /**
   * The RESET_STREAM frames that came, likewise: by the id of the stream, its final size in bytes.
   *
   * @throws AssertionError as above
   */
  public static Map<Long, Long> finalSizes(Path directory) {
    return frames(only(directory), RESET_STREAM, SIZE);
  }

  private static String only(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files = entries.filter(file -> file.toString().endsWith(".qlog")).toList();
      if (files.size() != 1) {
        throw new AssertionError("qlog files: " + files);
      }
      return Files.readString(files.get(0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A number of each frame of a type that came, by the id of the stream. */
  private static Map<Long, Long> frames(String qlog, String type, Pattern member) {
    String name = "\"frame_type\":\"" + type + "\"";
    // An object with no other inside that names the frame; its members come in any order.
    Pattern frame = Pattern.compile("\\{[^{}]*" + name + "[^{}]*}");
    Map<Long, Long> numbers = new TreeMap<>();
    qlog.lines()
        .filter(line -> line.contains(RECEIVED) && line.contains(name))
        .forEach(packet -> add(packet, frame, packet.split(name, -1).length - 1, member, numbers));
    return numbers;
  }

  private static void add(
      String packet, Pattern frame, int expected, Pattern member, Map<Long, Long> numbers) {
    Matcher found = frame.matcher(packet);
    int frames = 0;
    while (found.find()) {
      frames++;
      long number = number(member, found.group());
      // One that was lost, or is only late, may come twice; it may not say something else.
      Long before = numbers.put(number(STREAM, found.group()), number);
      if (before != null && before != number) {
        throw new AssertionError("first " + before + ", then " + found.group());
      }
    }
    if (frames != expected) {
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
