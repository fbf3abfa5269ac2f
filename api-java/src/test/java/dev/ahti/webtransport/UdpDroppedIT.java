package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the network drops UDP without a word, a client is connected over TCP all the same: in a
 * network namespace of its own, which takes root and nftables. {@code -Dahti.namespaces=required}
 * turns a test that is skipped for want of them into a failure.
 */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_2,
    because = "it is about HTTP/3 that does not get through")
class UdpDroppedIT {
  /** Two seconds is what a user may be asked to wait; a busy machine gets ten times that. */
  private static final long CONNECTED_MILLIS = 10 * 2000;

  /**
   * Dropped on receipt: whoever sends is not told. Its arguments are a command and what that wants;
   * behind it the counter of what was dropped is printed.
   */
  private static final String INSIDE =
      """
      set -e
      ip link set lo up
      nft add table inet ahti
      nft add chain inet ahti input '{ type filter hook input priority 0; }'
      nft add rule inet ahti input meta l4proto udp counter drop
      "$@"
      nft list chain inet ahti input
      """;

  private static final Pattern CONNECTED =
      Pattern.compile(UdpDropped.CONNECTED + "(\\w+) in (\\d+) ms");
  private static final Pattern DROPPED = Pattern.compile("counter packets (\\d+)");

  @TempDir Path scratch;

  @Test
  void aClientIsConnectedOverTcpAndOneThatNeedsUdpIsToldWhy() throws Exception {
    requireNamespaces();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String said =
        inside(
            java,
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector",
            "-cp",
            System.getProperty("java.class.path"),
            UdpDropped.class.getName());
    Matcher connected = CONNECTED.matcher(said);
    assertTrue(connected.find(), said);
    assertEquals("HTTP_2", connected.group(1), said);
    assertTrue(Long.parseLong(connected.group(2)) < CONNECTED_MILLIS, said);
    assertTrue(said.contains(UdpDropped.FAILED), said);
    assertTrue(
        said.contains(
            "no answer within PT1S; HTTP/2 was not tried, as unreliable transport is required"),
        said);
    Matcher dropped = DROPPED.matcher(said);
    assertTrue(dropped.find() && Long.parseLong(dropped.group(1)) > 0, said);
  }

  private void requireNamespaces() throws Exception {
    String why = null;
    try {
      inside("true");
    } catch (IOException | AssertionError cannot) {
      why = "no network namespace with nftables: " + cannot.getMessage();
    }
    if (why != null && "required".equals(System.getProperty("ahti.namespaces"))) {
      fail(why + " (-Dahti.namespaces=required demands it)");
    }
    Assumptions.assumeTrue(why == null, why);
  }

  /** Runs a command where UDP is dropped; what it said. */
  private String inside(String... command) throws Exception {
    Path said = Files.createTempFile(scratch, "inside", ".txt");
    List<String> all = new ArrayList<>(List.of("unshare", "--net", "sh", "-c", INSIDE, "inside"));
    all.addAll(List.of(command));
    Process process =
        new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "still running: " + read(said));
      assertEquals(0, process.exitValue(), () -> read(said));
      return read(said);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
