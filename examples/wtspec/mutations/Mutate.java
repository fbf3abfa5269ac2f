import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Switches rules off, one at a time, and sees the tests that show them turn red: a test that stays
 * green shows nothing.
 *
 * <p>From the root of the source tree:
 *
 * <pre>
 * java examples/wtspec/mutations/Mutate.java --check                        # has each rule its edit?
 * java examples/wtspec/mutations/Mutate.java --seed 1 --rows 10             # draw ten, and write the page
 * java examples/wtspec/mutations/Mutate.java --http2                        # those of HTTP/2, and write their page
 * java examples/wtspec/mutations/Mutate.java --all                          # every one, to its first red test
 * java examples/wtspec/mutations/Mutate.java --only H3-B-36,H3-C-10         # these
 * java examples/wtspec/mutations/Mutate.java --only H3-B-36 --quick         # to the first red test
 * </pre>
 *
 * <p>Drawn are rules that {@code docs/conformance.md} calls met and that {@code mutations.txt}
 * beside this file has an edit for; it says why where it has none. Red means that the edit
 * compiled, that each test that the page names for the rule was run, and that one of them failed.
 *
 * <p>It works on a copy of the tree in a temporary directory: the files that Git knows, as they are
 * now. {@code --built DIR} takes a copy that an earlier run left (it says where).
 *
 * <p>This file compiles the ones in {@code mutate} beside it and starts them.
 */
public final class Mutate {
  private Mutate() {}

  public static void main(String[] args) throws Exception {
    Path classes = Files.createTempDirectory("mutate-");
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
    try (Stream<Path> sources = Files.list(Path.of("examples/wtspec/mutations/mutate"))) {
      sources.map(Path::toString).sorted().forEach(arguments::add);
    }
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (code != 0) {
      throw new IOException("the files in mutate do not compile");
    }
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      loader
          .loadClass("mutate.Main")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    }
  }
}
