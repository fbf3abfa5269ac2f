package dev.ahti.webtransport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What keeps certificates fresh, in virtual time and on the thread of the test: what a look does is
 * done when the time has passed.
 */
class CertificateActorsTest {
  private static final Duration STEP = CertificateRotator.LONGEST_WAIT;

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final GaugeRegistry gauges = new GaugeRegistry();
  private final ShownCertificates listener = new ShownCertificates();
  private Instant now = Instant.parse("2026-12-01T12:00:00Z");

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  private void start(Behavior<?> behavior) {
    kit.spawn(behavior, DispatcherSelector.fromConfig("pekko.test.calling-thread-dispatcher"));
  }

  /** The clock and the timers go on together, in steps that no timer is longer than. */
  private void pass(Duration duration) {
    Duration left = duration;
    while (!left.isZero()) {
      Duration step = left.compareTo(STEP) < 0 ? left : STEP;
      now = now.plus(step);
      time.timePasses(step);
      left = left.minus(step);
    }
  }

  private ServedCertificates served(
      ServerCertificate fallback,
      Optional<CertificateRotation> rotation,
      Map<String, ServerCertificate> byHostName) {
    return new ServedCertificates(
        listener,
        gauges.counter(Gauges.CERTIFICATES_REPLACED),
        new ServedCertificates.Shown(fallback, rotation, byHostName));
  }

  @Nested
  @DisplayName("short-lived certificates take turns")
  class Rotation {
    private final Duration turn = STEP.multipliedBy(2).plusSeconds(30);
    private final CertificateRotation first =
        CertificateRotation.start(
            new CertificateRotation.Times(turn, Duration.ofHours(1)), List.of("localhost"), now);
    private final ServedCertificates served = served(first.current(), Optional.of(first), Map.of());

    @BeforeEach
    void begin() {
      start(CertificateRotator.create(served, first, () -> now));
    }

    @Test
    void theOneThatWasToldAheadIsShownWhenItsTurnComes() {
      pass(turn.minusMillis(1));
      assertEquals(List.of(), listener.shown);
      pass(Duration.ofMillis(1));
      assertSame(first.next(), served.now().fallback());
      assertEquals(first.next().chain().get(0), listener.fallback());
      ServerCertificate second = served.now().rotation().orElseThrow().next();
      pass(turn);
      assertSame(second, served.now().fallback());
      assertEquals(2, gauges.counter(Gauges.CERTIFICATES_REPLACED).value());
    }

    /** Timers stand still while a machine sleeps, and certificates grow old. */
    @Test
    void theClockIsAskedOftenEnoughToNoticeThatTheMachineSlept() {
      now = now.plus(turn.multipliedBy(3));
      pass(CertificateRotator.LONGEST_WAIT);
      CertificateRotation anew = served.now().rotation().orElseThrow();
      assertEquals(now, anew.since());
      assertEquals(anew.current().chain().get(0), listener.fallback());
    }

    @Test
    void aCertificateOfTheApplicationEndsIt() {
      ServerCertificate own = ServerCertificate.selfSigned("own");
      served.replaceAll(own, Map.of());
      pass(turn);
      pass(turn);
      assertSame(own, served.now().fallback());
      assertEquals(1, listener.shown.size());
    }

    @Test
    void whatIsRefusedIsTriedAgain() {
      listener.refuses = true;
      pass(turn);
      assertSame(first.current(), served.now().fallback());
      listener.refuses = false;
      pass(CertificateRotator.LONGEST_WAIT);
      assertSame(first.next(), served.now().fallback());
    }

    @Test
    void whatIsRefusedIsTriedAgainWhileTheOldOneIsValid() {
      Duration overlap = Duration.ofMinutes(2);
      CertificateRotation brief =
          CertificateRotation.start(
              new CertificateRotation.Times(Duration.ofMinutes(5), overlap),
              List.of("localhost"),
              now);
      ServedCertificates shown = served(brief.current(), Optional.of(brief), Map.of());
      start(CertificateRotator.create(shown, brief, () -> now));
      listener.refuses = true;
      pass(Duration.ofMinutes(5));
      assertSame(brief.current(), shown.now().fallback());
      listener.refuses = false;
      pass(overlap.dividedBy(4));
      assertSame(brief.next(), shown.now().fallback());
    }
  }

  @Nested
  @DisplayName("certificate files are looked at")
  class Watch {
    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final ServerCertificate before = ServerCertificate.selfSigned("localhost");
    private final ServerCertificate after = ServerCertificate.selfSigned("localhost");
    private final Counter refused = gauges.counter(Gauges.CERTIFICATES_REFUSED);
    private @TempDir Path folder;
    private Path chain;
    private Path key;
    private ServedCertificates served;

    @BeforeEach
    void begin() throws IOException {
      chain = folder.resolve("chain.pem");
      key = folder.resolve("key.pem");
      Files.writeString(chain, pem(before.chain().get(0)));
      Files.writeString(key, pem(new JcaPKCS8Generator(before.key(), null)));
    }

    private void watch(Path chain, Path key) {
      CertificateFiles files = CertificateFiles.pem(chain, key);
      served = served(before, Optional.empty(), Map.of());
      watch(List.of(new CertificateWatch.Entry(Optional.empty(), files, files.state())));
    }

    private void watch(List<CertificateWatch.Entry> entries) {
      start(CertificateWatch.create(served, refused, entries, INTERVAL));
    }

    private static String pem(Object object) throws IOException {
      StringWriter text = new StringWriter();
      try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
        writer.writeObject(object);
      }
      return text.toString();
    }

    private void renameOver(Path file, Object object) throws IOException {
      Path written = Files.writeString(folder.resolve("new"), pem(object));
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void renameBoth(ServerCertificate certificate) throws IOException {
      renameOver(chain, certificate.chain().get(0));
      renameOver(key, new JcaPKCS8Generator(certificate.key(), null));
    }

    @Test
    void filesThatDoNotChangeAreNotReadAgain() {
      watch(chain, key);
      pass(INTERVAL.multipliedBy(20));
      assertEquals(List.of(), listener.shown);
    }

    @Test
    void renamedFilesAreShownAtTheSecondLookOnceAndAgain() throws IOException {
      watch(chain, key);
      renameBoth(after);
      pass(INTERVAL);
      assertEquals(List.of(), listener.shown);
      pass(INTERVAL);
      assertEquals(after.hash(), served.now().fallback().hash());
      pass(INTERVAL.multipliedBy(20));
      assertEquals(1, listener.shown.size());
      renameBoth(before);
      pass(INTERVAL.multipliedBy(2));
      assertEquals(before.hash(), served.now().fallback().hash());
      assertEquals(0, refused.value());
    }

    /** As tools leave it that keep the times of what they copy. */
    @Test
    void aRenamedFileOfTheSameSizeAndTimeIsAnother() throws IOException {
      Files.setLastModifiedTime(key, FileTime.fromMillis(0));
      Files.setLastModifiedTime(chain, FileTime.fromMillis(0));
      watch(chain, key);
      Path same = Files.copy(key, folder.resolve("same"));
      Files.setLastModifiedTime(same, FileTime.fromMillis(0));
      Files.move(same, key, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      pass(INTERVAL.multipliedBy(2));
      assertEquals(1, listener.shown.size());
    }

    @Test
    void aFileThatIsStillBeingWrittenIsNotTouched() throws IOException {
      watch(chain, key);
      renameOver(key, new JcaPKCS8Generator(after.key(), null));
      String whole = pem(after.chain().get(0));
      for (int end = 100; end < whole.length(); end += 100) {
        Files.writeString(chain, whole.substring(0, end));
        pass(INTERVAL);
      }
      Files.writeString(chain, whole);
      pass(INTERVAL.multipliedBy(2));
      assertEquals(after.hash(), served.now().fallback().hash());
      assertEquals(0, refused.value());
      assertEquals(1, listener.shown.size());
    }

    @Test
    void filesThatDoNotBelongTogetherKeepTheOldAndAreToldOfOnce() throws IOException {
      watch(chain, key);
      renameOver(chain, after.chain().get(0));
      LoggingTestKit.warn("not the key of the certificate")
          .withOccurrences(1)
          .expect(
              kit.system(),
              () -> {
                pass(INTERVAL.multipliedBy(40));
                return null;
              });
      assertEquals(1, refused.value());
      assertEquals(List.of(), listener.shown);
      renameOver(key, new JcaPKCS8Generator(after.key(), null));
      pass(INTERVAL.multipliedBy(2));
      assertEquals(after.hash(), served.now().fallback().hash());
    }

    @Test
    void halfAFileAndNoFileKeepTheOld() throws IOException {
      watch(chain, key);
      Files.writeString(chain, pem(after.chain().get(0)).substring(0, 200));
      pass(INTERVAL.multipliedBy(4));
      assertEquals(1, refused.value());
      Files.delete(chain);
      pass(INTERVAL.multipliedBy(4));
      assertEquals(2, refused.value());
      assertEquals(List.of(), listener.shown);
      renameBoth(after);
      pass(INTERVAL.multipliedBy(2));
      assertEquals(after.hash(), served.now().fallback().hash());
    }

    @Test
    void whatTlsRefusesKeepsTheOld() throws IOException {
      watch(chain, key);
      listener.refuses = true;
      renameBoth(after);
      pass(INTERVAL.multipliedBy(4));
      assertEquals(1, refused.value());
      assertSame(before, served.now().fallback());
    }

    /** As a Kubernetes secret is renewed: the files are links into a folder behind a link. */
    @Test
    void aFolderBehindALinkIsSwapped() throws IOException {
      Path data = folder.resolve("data");
      List<Path> links = new ArrayList<>();
      for (Path file : List.of(chain, key)) {
        Path link = folder.resolve("link-" + file.getFileName());
        links.add(Files.createSymbolicLink(link, data.resolve(file.getFileName())));
      }
      Files.createSymbolicLink(data, folder);
      watch(links.get(0), links.get(1));
      Path next = Files.createDirectory(folder.resolve("next"));
      Files.writeString(next.resolve("chain.pem"), pem(after.chain().get(0)));
      Files.writeString(next.resolve("key.pem"), pem(new JcaPKCS8Generator(after.key(), null)));
      Path swap = Files.createSymbolicLink(folder.resolve("swap"), next);
      Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE);
      pass(INTERVAL.multipliedBy(2));
      assertEquals(after.hash(), served.now().fallback().hash());
    }

    @Test
    void eachNameHasItsOwnFilesAndNoOtherIsReplacedWithIt() throws IOException {
      ServerCertificate other = ServerCertificate.selfSigned("other");
      served =
          served(other, Optional.empty(), Map.of("a.example.org", before, "b.example.org", other));
      CertificateFiles files = CertificateFiles.pem(chain, key);
      watch(
          List.of(new CertificateWatch.Entry(Optional.of("a.example.org"), files, files.state())));
      renameBoth(after);
      pass(INTERVAL.multipliedBy(2));
      ServedCertificates.Shown shown = served.now();
      assertEquals(after.hash(), shown.byHostName().get("a.example.org").hash());
      assertSame(other, shown.byHostName().get("b.example.org"));
      assertSame(other, shown.fallback());
    }
  }
}
