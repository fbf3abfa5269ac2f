package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ServerTls;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * h2spec, an examiner of HTTP/2 servers that is not ours: 145 cases of RFC 7540 and RFC 7541 over
 * TLS. It is packed as a program for Linux on amd64.
 */
class H2SpecIT {
  private static final String PROGRAM = "h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
  private static final int CASES = 145;

  /** Cases that fail, each with the reason why they may. */
  private static final Set<String> EXCLUDED = Set.of();

  @TempDir Path folder;

  @Test
  void everyCaseOfH2SpecPasses() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "h2spec is a program for Linux on amd64");
    Path program = unpack();
    Path report = folder.resolve("report.xml");
    try (EngineNet net = new EngineNet()) {
      ListenerHandle listener =
          net.listen(
              DialectPolicy.all(),
              ServerTls.of(TestCertificate.shared()),
              Set.of(HttpVersion.HTTP_2));
      Path log = folder.resolve("h2spec.log");
      Process run =
          new ProcessBuilder(
                  program.toString(),
                  "--host",
                  "127.0.0.1",
                  "--port",
                  Integer.toString(listener.address().getPort()),
                  "--tls",
                  "--insecure",
                  "--timeout",
                  "5",
                  "--junit-report",
                  report.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertTrue(run.waitFor(120, TimeUnit.SECONDS), "h2spec did not end");
      assertTrue(Files.exists(report), () -> "no report: " + read(log));
    }
    List<Element> cases = cases(report);
    assertEquals(CASES, cases.size());
    Set<String> failed = new TreeSet<>();
    for (Element one : cases) {
      if (one.getElementsByTagName("failure").getLength()
              + one.getElementsByTagName("error").getLength()
              + one.getElementsByTagName("skipped").getLength()
          > 0) {
        failed.add(one.getAttribute("package") + ": " + one.getAttribute("classname"));
      }
    }
    assertEquals(new TreeSet<>(EXCLUDED), failed);
  }

  private Path unpack() throws Exception {
    Path archive = folder.resolve("h2spec.tar.gz");
    try (InputStream packed = H2SpecIT.class.getClassLoader().getResourceAsStream(PROGRAM)) {
      Files.copy(packed, archive, StandardCopyOption.REPLACE_EXISTING);
    }
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    assertEquals(0, tar.waitFor(), "tar");
    return folder.resolve("h2spec");
  }

  private static List<Element> cases(Path report) throws Exception {
    NodeList nodes =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("testcase");
    List<Element> cases = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      cases.add((Element) nodes.item(i));
    }
    return cases;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException unreadable) {
      return unreadable.toString();
    }
  }
}
