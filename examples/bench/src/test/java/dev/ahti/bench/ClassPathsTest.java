package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassPathsTest {
  private static final URL CLASSES = ClassPathsTest.class.getResource("ClassPaths.class");

  @Test
  void namesTheJvmsOwnPathWhenNothingElseIsInPlay() {
    assertEquals(System.getProperty("java.class.path"), ClassPaths.current());
  }

  @Test
  void namesTheEntriesOfALoaderThatAPluginMade() throws Exception {
    Path root = Path.of(CLASSES.toURI()).getParent().getParent().getParent().getParent();
    Path odd = root.resolve("a jar with spaces.jar");
    URL[] urls = {root.toUri().toURL(), odd.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      Method current = loader.loadClass(ClassPaths.class.getName()).getDeclaredMethod("current");
      current.setAccessible(true);
      String path = (String) current.invoke(null);
      assertEquals(
          List.of(root.toString(), odd.toString()),
          List.of(path.split(java.util.regex.Pattern.quote(File.pathSeparator))));
      assertTrue(path.contains(" "));
    }
  }
}
