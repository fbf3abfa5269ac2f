package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ahti.engine.dialect.HttpVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** The key log and the qlog: on when asked for, with a word of warning, and off by default. */
class DebugFilesIT {
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.ahti.transport.netty");

  @TempDir Path directory;

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(log);
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void keyLogHasTheSecretsOfBothSides(HttpVersion version) throws IOException {
    Path file = directory.resolve("keys.log");
    try (TestNet net = new TestNet("ahti.netty.key-log = \"" + file + "\"")) {
      net.pair(version);
    }
    List<String> lines = Files.readAllLines(file);
    Set<String> labels = new TreeSet<>();
    for (String line : lines) {
      assertTrue(line.matches("[A-Z_0-9]+ [0-9a-f]{64} ([0-9a-f]{64}|[0-9a-f]{96})"), line);
      labels.add(line.substring(0, line.indexOf(' ')));
    }
    assertTrue(
        labels.containsAll(
            Set.of(
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                "CLIENT_TRAFFIC_SECRET_0",
                "SERVER_TRAFFIC_SECRET_0",
                "EXPORTER_SECRET")),
        labels.toString());
    assertEquals(2, lines.stream().filter(line -> line.startsWith("EXPORTER_SECRET ")).count());
    assertEquals(1, warnings().stream().filter(line -> line.contains(file.toString())).count());
  }

  @Test
  void keyLogThatCannotBeWrittenFailsTheStart() {
    Path missing = directory.resolve("no/such/directory/keys.log");
    UncheckedIOException failure =
        assertThrows(
            UncheckedIOException.class, () -> new dev.ahti.transport.netty.tls.KeyLogFile(missing));
    assertTrue(failure.getMessage().contains(missing.toString()), failure.getMessage());
  }

  @Test
  void qlogHasAFileForEachEndOfEachConnection() throws IOException {
    try (TestNet net = new TestNet("ahti.netty.qlog-directory = \"" + directory + "\"")) {
      net.pair();
    }
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> qlogs = files.filter(file -> file.toString().endsWith(".qlog")).toList();
      assertEquals(2, qlogs.size());
      for (Path qlog : qlogs) {
        assertTrue(Files.readString(qlog).contains("packet_sent"), qlog.toString());
      }
    }
    assertEquals(
        1, warnings().stream().filter(line -> line.contains(directory.toString())).count());
  }

  @Test
  void isSilentByDefault() {
    try (TestNet net = new TestNet()) {
      net.pair();
    }
    assertEquals(List.of(), warnings());
  }
}
