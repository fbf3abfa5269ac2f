package dev.ahti.engine.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.pekko.util.ByteString;

/** Reads the test vectors: lines of {@code name = hex}, blanks between bytes, {@code 61*3}. */
public final class Vectors {

  /** One line of a file. */
  public record Vector(String name, ByteString bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private Vectors() {}

  /** All vectors of {@code vectors/FILE.hex}, in order. */
  public static List<Vector> load(String file) {
    String resource = "/vectors/" + file + ".hex";
    InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(resource), resource);
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      List<Vector> vectors = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          int split = line.indexOf(" = ");
          vectors.add(new Vector(line.substring(0, split), hex(line.substring(split + 3))));
        }
      }
      return List.copyOf(vectors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of the one vector of this name. */
  public static ByteString load(String file, String name) {
    return load(file).stream()
        .filter(vector -> vector.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in " + file))
        .bytes();
  }

  /** Bytes in hexadecimal. */
  public static ByteString hex(String text) {
    List<Byte> bytes = new ArrayList<>();
    for (String word : text.trim().split(" +")) {
      String[] repeated = word.split("\\*");
      int times = repeated.length == 1 ? 1 : Integer.parseInt(repeated[1]);
      for (int i = 0; i < times; i++) {
        for (int at = 0; at < repeated[0].length(); at += 2) {
          bytes.add((byte) Integer.parseInt(repeated[0].substring(at, at + 2), 16));
        }
      }
    }
    byte[] array = new byte[bytes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = bytes.get(i);
    }
    return ByteString.fromArray(array);
  }
}
