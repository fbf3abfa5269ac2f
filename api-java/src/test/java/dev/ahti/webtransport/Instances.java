package dev.ahti.webtransport;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * How many objects of each class are alive in this process. Bytes of the heap tell less: what the
 * JVM keeps for itself comes and goes by megabytes, and hides an object that each session leaves.
 */
record Instances(Map<String, Long> ofClasses) {
  /** The manifests of signed jars, by thousands: held softly, so they come and go. */
  private static final Set<String> OF_MANIFESTS =
      Set.of("java.lang.String", "[B", "java.util.HashMap$Node");

  /** What two collections leave: what a cleaner or a queue holds on to goes with the second. */
  static Instances now() {
    System.gc();
    Map<String, Long> counts = new HashMap<>();
    histogram()
        .lines()
        .map(String::strip)
        // "  12:   3456   789012  java.lang.String (java.base@17)", below two lines of titles
        .filter(line -> !line.isEmpty() && Character.isDigit(line.charAt(0)))
        .map(line -> line.split("\\s+"))
        .forEach(columns -> counts.merge(columns[3], Long.parseLong(columns[1]), Long::sum));
    return new Instances(counts);
  }

  /**
   * Waits until no class has so many more than before. What a cancelled timer of Pekko holds goes
   * with the next turn of its wheel, which takes five seconds.
   */
  static void awaitNotGrownBy(long least, Instances before) {
    AtomicReference<Map<String, Long>> grown = new AtomicReference<>(Map.of());
    Loopback.eventually(
        () -> "no class has grown by " + least + ": " + grown,
        () -> {
          grown.set(now().grownBy(least, before));
          return grown.get().isEmpty();
        });
  }

  private Map<String, Long> grownBy(long least, Instances before) {
    Map<String, Long> grown = new TreeMap<>();
    ofClasses.forEach(
        (name, count) -> {
          long more = count - before.ofClasses.getOrDefault(name, 0L);
          if (more >= least && !OF_MANIFESTS.contains(name)) {
            grown.put(name, more);
          }
        });
    return grown;
  }

  private static String histogram() {
    try {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException("this JVM does not count its objects", e);
    }
  }
}
