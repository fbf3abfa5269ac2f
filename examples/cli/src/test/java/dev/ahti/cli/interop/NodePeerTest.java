package dev.ahti.cli.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.cli.interop.NodePeer.Installed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** A missing peer must never look like a passed test. */
class NodePeerTest {
  @TempDir Path directory;

  private Installed find(Map<String, String> properties) {
    return Installed.findOrSkip(properties::get, directory.toString());
  }

  private Map<String, String> installed() throws IOException {
    Files.createDirectories(directory.resolve("node_modules/@fails-components/webtransport"));
    return new HashMap<>(Map.of(NodePeer.PROPERTY, directory.toString()));
  }

  private void node() throws IOException {
    assertTrue(Files.createFile(directory.resolve("node")).toFile().setExecutable(true));
  }

  @Test
  void whatIsInstalledIsTaken() throws IOException {
    node();
    assertEquals(new Installed(directory.resolve("node"), directory), find(installed()));
  }

  @Test
  void aMissingPeerSkipsByName() throws IOException {
    node();
    assertSkips("no @fails-components/webtransport: ahti.peer.fails-components is not", Map.of());
    assertSkips(
        "names a folder without it: " + directory, Map.of(NodePeer.PROPERTY, directory.toString()));
  }

  @Test
  void aMissingNodeSkipsByName() throws IOException {
    assertSkips("no node is on the PATH", installed());
  }

  @Test
  void aMissingPeerFailsWhereItIsRequired() throws IOException {
    Map<String, String> properties = installed();
    properties.put("ahti.peers", "required");
    AssertionFailedError e = assertThrows(AssertionFailedError.class, () -> find(properties));
    assertTrue(e.getMessage().contains("-Dahti.peers=required demands it"), e::getMessage);
  }

  private void assertSkips(String why, Map<String, String> properties) {
    TestAbortedException e = assertThrows(TestAbortedException.class, () -> find(properties));
    assertTrue(e.getMessage().contains(why), e::getMessage);
  }
}
