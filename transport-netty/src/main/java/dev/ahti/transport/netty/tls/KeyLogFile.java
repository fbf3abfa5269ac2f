package dev.ahti.transport.netty.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends TLS secrets to a file in the form of {@code SSLKEYLOGFILE}, which Wireshark reads. For
 * debugging: it writes on the connections' loops, and whoever reads the file reads the connections.
 * Any thread.
 */
public final class KeyLogFile implements Consumer<String> {
  private static final Logger LOG = LoggerFactory.getLogger(KeyLogFile.class);

  private final Path file;
  private boolean failed;

  /**
   * Makes sure that the file can be written.
   *
   * @throws UncheckedIOException when it cannot; the message names it
   */
  public KeyLogFile(Path file) {
    this.file = file;
    try {
      append("");
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("key log " + file + " cannot be written: " + e.getMessage(), e));
    }
    LOG.warn("TLS secrets are written to {} (ahti.netty.key-log): for debugging only", file);
  }

  @Override
  public synchronized void accept(String line) {
    if (failed) {
      return;
    }
    try {
      append(line + "\n");
    } catch (IOException e) {
      failed = true;
      LOG.warn("The key log {} ends here: {}", file, e.getMessage());
    }
  }

  private void append(String text) throws IOException {
    Files.writeString(
        file,
        text,
        StandardCharsets.US_ASCII,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
