package dev.ahti.bench;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The class path a child needs to find what this JVM found. Under {@code java -jar} and Surefire it
 * is the JVM's own; under {@code mvn exec:java} our classes live in a {@link URLClassLoader} and
 * the JVM's own class path is Maven's.
 */
final class ClassPaths {
  private ClassPaths() {}

  static String current() {
    Set<String> entries = new LinkedHashSet<>();
    for (ClassLoader loader = ClassPaths.class.getClassLoader();
        loader instanceof URLClassLoader urls;
        loader = loader.getParent()) {
      entries.addAll(paths(urls.getURLs()));
    }
    return entries.isEmpty()
        ? System.getProperty("java.class.path")
        : String.join(File.pathSeparator, entries);
  }

  private static List<String> paths(URL[] urls) {
    List<String> paths = new ArrayList<>();
    for (URL url : urls) {
      if (url.getProtocol().equals("file")) {
        try {
          paths.add(Path.of(url.toURI()).toString());
        } catch (URISyntaxException odd) {
          throw new BenchException("not a usable class path entry: " + url, odd);
        }
      }
    }
    return paths;
  }
}
